// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package web is the Echo kit of the doors: errors as problem documents, who is asking, limits,
// headers, strict reading of bodies and queries, entity tags, and the life of the server.
package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
)

// Limits of a request, from the table the whole project follows. Sizes are in bytes.
const (
	JSONLimit      = 256 << 10        // a JSON body
	JSONDepth      = 32               // levels of objects and arrays in it
	BodyLimit      = 256 << 10        // any other body, unless Config.BodyLimits says otherwise
	QueryLimit     = 100              // parameters in a query
	RequestTimeout = 30 * time.Second // until the request's context ends
	ReadLimit      = 300              // requests per RatePeriod and address
	RatePeriod     = 5 * time.Minute
	RetryAfter     = 30 * time.Second // said with every 503
)

// Config is what the kit must be told. The zero value works and serves the loopback safely: no
// proxy is believed, no rate is limited, the logs are thrown away.
type Config struct {
	Logger *slog.Logger
	Now    func() time.Time

	// TrustedProxies may speak for their clients through X-Forwarded-For, X-Forwarded-Proto and
	// X-Request-Id. The loopback always may.
	TrustedProxies []netip.Prefix
	// HTTPS says that the public address of the instance is https: HSTS is then sent.
	HTTPS bool
	// APIPrefixes are the paths of machines, "/api/" when empty: errors are problem documents there,
	// bearer tokens are looked at, reads are open to every origin. Each ends with a slash, or is
	// one whole path.
	APIPrefixes []string
	// BodyLimits raises or lowers BodyLimit under a path prefix; the longest prefix wins.
	BodyLimits map[string]int64
	// RequestTimeout is how long a request's context lives; 0 means the constant of that name.
	RequestTimeout time.Duration
	// InFlight is how many requests run at once, 8 per processor when 0. Eight times as many may
	// wait; the others are answered 503.
	InFlight int
	// RateLimit is how many requests an address (an IPv6 /64), or a token, may make per RatePeriod;
	// 0 means any number.
	RateLimit int
	// Authenticate says who a request with an Authorization header "Bearer …" comes from. It answers
	// fault.Anonymous when the token is not worth anything. Nil means that no token is known.
	Authenticate func(ctx context.Context, r *http.Request) (member.Actor, error)
	// AuthenticateSession says who a request with a session cookie comes from, outside APIPrefixes, where
	// cookies are never looked at. Whatever it refuses is a visitor's: see Cookies.Session. Nil means
	// that there are no sessions.
	AuthenticateSession func(ctx context.Context, r *http.Request) (member.Actor, error)
	// Origin is the public origin of the instance, "https://catalogue.example": forms sent from it are
	// its own whatever a proxy makes of Host. May be empty.
	Origin string
	// ErrorPage shows a problem to a person, for paths outside APIPrefixes. It must write the status
	// of p. Nil means a problem document there too.
	ErrorPage func(c echo.Context, p Problem) error
}

// kit is Config made ready: everything a request needs, computed once.
type kit struct {
	cfg      Config
	echo     *echo.Echo
	log      *slog.Logger
	now      func() time.Time
	proxies  proxies
	headers  []header // of answers for people
	machine  []header // of answers for machines
	public   []header // of reads for machines, open to every origin
	kept     []header // of the same when they are unchanged
	inflight *inflight
	rates    *rates
	words    Catalogue
	cookies  Cookies
	cross    *http.CrossOriginProtection
}

// New returns an Echo ready to have routes added and to be the handler of Run. Its middlewares are
// one function (see chain.go) because Echo pays an allocation per request for each of them. It panics
// when Origin is not one: a mistake of the configuration, which is checked before.
func New(cfg Config) *echo.Echo {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if len(cfg.APIPrefixes) == 0 {
		cfg.APIPrefixes = []string{"/api/"}
	}
	if cfg.RequestTimeout <= 0 {
		cfg.RequestTimeout = RequestTimeout
	}
	if cfg.InFlight <= 0 {
		cfg.InFlight = 8 * runtime.GOMAXPROCS(0)
	}
	cross, err := newCrossOrigin(cfg.Origin)
	if err != nil {
		panic(err)
	}
	e := echo.New()
	k := &kit{
		cfg: cfg, echo: e, log: cfg.Logger, now: cfg.Now,
		proxies:  proxies(cfg.TrustedProxies),
		headers:  securityHeaders(cfg.HTTPS),
		machine:  apiHeaders(cfg.HTTPS),
		public:   append(apiHeaders(cfg.HTTPS), corsHeaders()...),
		kept:     corsHeaders()[:1],
		inflight: newInflight(cfg.InFlight),
		rates:    newRates(cfg.RateLimit, RatePeriod, cfg.Now()),
		words:    NewCatalogue(),
		cookies:  NewCookies(cfg.HTTPS),
		cross:    cross,
	}
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard) // slog is the only log; Echo's own would repeat it in another form
	e.StdLogger.SetOutput(io.Discard)
	e.IPExtractor = func(r *http.Request) string { return k.proxies.client(r).String() }
	e.SchemeExtractor = k.proxies.scheme
	e.HTTPErrorHandler = k.handleError
	e.Use(k.chain)
	return e
}
