package jira

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/founder-mode/fm"
)

// about is what the site says of itself.
type about struct {
	Deployment string `json:"deploymentType"`
	Version    string `json:"version"`
	Title      string `json:"serverTitle"`
}

func (a *about) cloud() bool { return strings.EqualFold(a.Deployment, "Cloud") }

// described asks the site what it is, once.
func (j *Jira) described(ctx context.Context) (*about, error) {
	j.mu.Lock()
	known := j.about
	j.mu.Unlock()
	if known != nil {
		return known, nil
	}
	var a about
	if err := j.get(ctx, &a, "serverInfo"); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.about = &a
	return &a, nil
}

// person is an account, as far as one is told from another: the Cloud has ids,
// a Data Center keys and names.
type person struct {
	Account string `json:"accountId"`
	Key     string `json:"key"`
	Name    string `json:"name"`
	Display string `json:"displayName"`
}

func (p *person) same(q *person) bool {
	switch {
	case p == nil || q == nil:
		return false
	case p.Account != "" || q.Account != "":
		return p.Account == q.Account
	case p.Key != "" && q.Key != "":
		return p.Key == q.Key
	}
	return p.Name != "" && p.Name == q.Name
}

// myself asks whose token it is, once.
func (j *Jira) myself(ctx context.Context) (*person, error) {
	j.mu.Lock()
	known := j.me
	j.mu.Unlock()
	if known != nil {
		return known, nil
	}
	var p person
	if err := j.get(ctx, &p, "myself"); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.me = &p
	return &p, nil
}

// gatewayHost is where tokens of the Cloud that are limited in scope are taken;
// a site does not take them itself (Atlassian, "Manage API tokens for your
// Atlassian account").
const gatewayHost = "https://api.atlassian.com/ex/jira/"

// gateway is whether the site is asked by way of it.
type gateway struct {
	tried bool   // a site is asked for its id once
	id    string // of the site; "" when it has none
	open  bool   // the gateway has taken the token
}

var cloudID = fm.Pattern(`^[0-9A-Za-z-]{1,64}$`)

// base is the address that the API stands below.
func (j *Jira) base() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.gateway.open {
		return gatewayHost + j.gateway.id
	}
	return j.Site()
}

// detour gives the address of the gateway to a site of the Cloud that has not
// taken the token.
func (j *Jira) detour(ctx context.Context, base string) (string, bool) {
	j.mu.Lock()
	g, cloud := j.gateway, inCloud(j.site) || j.about != nil && j.about.cloud()
	j.mu.Unlock()
	if !cloud || base != j.Site() {
		return "", false
	}
	if !g.tried {
		a, err := j.fetch(ctx, http.MethodGet, j.Site()+"/_edge/tenant_info", nil, "")
		if err != nil {
			return "", false
		}
		var tenant struct {
			ID string `json:"cloudId"`
		}
		if json.Unmarshal(a.body, &tenant) == nil && cloudID().MatchString(tenant.ID) {
			g.id = tenant.ID
		}
		g.tried = true
		j.mu.Lock()
		j.gateway.tried, j.gateway.id = true, g.id
		j.mu.Unlock()
	}
	return gatewayHost + g.id, g.id != ""
}

// settle stays with the gateway.
func (j *Jira) settle(base string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.gateway.open = base == gatewayHost+j.gateway.id
}
