package transport

import (
	"crypto/tls"
	"errors"
	"hash/fnv"
	"net"
	"net/http"
	"strconv"
	"time"
)

// A request that only reads is sent up to this often when the network or a
// gateway fails, with these pauses, give or take a quarter.
const (
	mostSends  = 4
	firstPause = 500 * time.Millisecond // doubles
)

// Network is the base transport of those who bring none. It gives a dead
// connection up where the default one would wait for a quarter of an hour.
func Network() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          20,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
	}
}

// again tells, after a pause, whether to send c once more because what came
// back is no answer of GitHub's. It never does so for a write.
func (t *Transport) again(c *call, r *reply, err error) bool {
	ctx := c.req.Context()
	if !c.reads || !c.replayable() || c.sends >= mostSends || ctx.Err() != nil || !broken(r, err) {
		return false
	}
	d := t.pause(c)
	if err == nil {
		after, _ := retryAfter(r.Header, t.o.Now())
		if after > t.o.Patience {
			return false
		}
		d = max(d, after)
	}
	if t.late(ctx, d) {
		return false
	}
	t.announce(c, d, t.o.Now().Add(d), whyBroken)
	if t.sleep(ctx, d) != nil {
		return false
	}
	if err == nil {
		r.drop()
	}
	return true
}

func broken(r *reply, err error) bool {
	if err != nil {
		var cert *tls.CertificateVerificationError
		return !errors.As(err, &cert)
	}
	switch r.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// pause is derived, not drawn: different for each process, request and try.
func (t *Transport) pause(c *call) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(c.ticket + strconv.Itoa(c.sends))) // a hash takes all
	d := firstPause << (c.sends - 1)
	return d*3/4 + d/2*time.Duration(h.Sum32()%1000)/1000
}
