package fake

func getUser(w *world, c *call) reply {
	o := c.render.user(w.login)
	for _, name := range []string{"bio", "blog", "company", "email", "hireable", "location", "name"} {
		o[name] = nil
	}
	for _, count := range []string{"followers", "following", "public_gists", "public_repos", "collaborators", "disk_usage", "owned_private_repos", "private_gists", "total_private_repos"} {
		o[count] = 0
	}
	o["two_factor_authentication"], o["user_view_type"] = true, "private"
	o["created_at"], o["updated_at"] = "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
	return ok(o)
}
