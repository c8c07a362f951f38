package fake

// getRateLimit tells what is left; it costs nothing.
func getRateLimit(_ *world, c *call) reply {
	resources := object{}
	for name, b := range c.budgets {
		resources[name] = object{"limit": b.Limit, "remaining": b.Left, "used": b.Limit - b.Left, "reset": b.Resets.Unix()}
	}
	return ok(object{"resources": resources, "rate": resources["core"]})
}
