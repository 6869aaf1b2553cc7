// Package telemetry brings what a plugin does to OpenTelemetry: a span and a
// duration for each call to Stripe, counters of transitions and events, and the
// sweeps of the recovery loop. It is a module of its own, so that hosts without
// OpenTelemetry do not carry it.
//
//	watch, err := telemetry.New(otel.GetTracerProvider(), otel.GetMeterProvider())
//	plugin, err := stripesecure.New(stripesecure.Options{Watch: watch, …})
//
// Attributes are ids of the shop, routes, codes and states: nothing personal and
// nothing secret.
package telemetry

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// scope names the instrumentation.
const scope = "github.com/ec-plugins/stripesecure"

// instruments are what is measured.
type instruments struct {
	tracer      trace.Tracer
	calls       metric.Float64Histogram
	transitions metric.Int64Counter
	events      metric.Int64Counter
	sweeps      metric.Float64Histogram
	due         metric.Int64Histogram
}

// New returns a Watch for Options.Watch. The error is the meter provider's, for
// an instrument that it does not take.
func New(traces trace.TracerProvider, metrics metric.MeterProvider) (stripesecure.Watch, error) {
	meter := metrics.Meter(scope)
	i := &instruments{tracer: traces.Tracer(scope)}
	var errs [5]error
	i.calls, errs[0] = meter.Float64Histogram("stripesecure.stripe.call.duration",
		metric.WithUnit("s"), metric.WithDescription("Calls to Stripe, by route, status and code"))
	i.transitions, errs[1] = meter.Int64Counter("stripesecure.transitions",
		metric.WithUnit("{payment}"), metric.WithDescription("Payments that changed their state"))
	i.events, errs[2] = meter.Int64Counter("stripesecure.events",
		metric.WithUnit("{event}"), metric.WithDescription("Events of Stripe and what became of them"))
	i.sweeps, errs[3] = meter.Float64Histogram("stripesecure.sweep.duration",
		metric.WithUnit("s"), metric.WithDescription("Passes of the recovery loop"))
	i.due, errs[4] = meter.Int64Histogram("stripesecure.sweep.rows",
		metric.WithUnit("{checkout}"), metric.WithDescription("Checkouts that were due in a pass"))
	if err := errors.Join(errs[:]...); err != nil {
		return stripesecure.Watch{}, err
	}
	return stripesecure.Watch{StripeCall: i.call, Transition: i.transition, Event: i.event, Sweep: i.sweep}, nil
}

// call is told when the call has ended, so its span begins in the past.
func (i *instruments) call(ctx context.Context, c stripesecure.StripeCall) {
	attributes := []attribute.KeyValue{
		attribute.String("stripesecure.shop", c.Shop), attribute.String("http.request.method", c.Method),
		attribute.String("http.route", c.Route), attribute.Int("http.response.status_code", c.Status),
		attribute.String("stripesecure.code", c.Code), attribute.Bool("stripesecure.background", c.Background),
	}
	i.calls.Record(ctx, c.Duration.Seconds(), metric.WithAttributes(attributes...))
	now := time.Now()
	_, span := i.tracer.Start(ctx, c.Method+" "+c.Route, trace.WithTimestamp(now.Add(-c.Duration)),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
	if c.RequestID != "" {
		span.SetAttributes(attribute.String("stripesecure.stripe.request_id", c.RequestID))
	}
	if c.Code != "" {
		span.SetStatus(codes.Error, c.Code)
	}
	span.End(trace.WithTimestamp(now))
}

func (i *instruments) transition(ctx context.Context, t stripesecure.Transition) {
	i.transitions.Add(ctx, 1, metric.WithAttributes(
		attribute.String("stripesecure.shop", t.Shop), attribute.String("stripesecure.from", string(t.From)),
		attribute.String("stripesecure.to", string(t.To)), attribute.Bool("stripesecure.buyer", t.Buyer),
	))
	trace.SpanFromContext(ctx).AddEvent("payment "+string(t.To), trace.WithAttributes(
		attribute.String("stripesecure.payment", string(t.Payment)), attribute.String("stripesecure.from", string(t.From)),
	))
}

func (i *instruments) event(ctx context.Context, e stripesecure.EventSeen) {
	i.events.Add(ctx, 1, metric.WithAttributes(
		attribute.String("stripesecure.shop", e.Shop), attribute.String("stripesecure.type", e.Type),
		attribute.String("stripesecure.answer", e.Answer),
	))
}

func (i *instruments) sweep(ctx context.Context, s stripesecure.SweepDone) {
	attributes := metric.WithAttributes(attribute.String("stripesecure.shop", s.Shop), attribute.String("stripesecure.code", string(s.Code)))
	i.sweeps.Record(ctx, s.Duration.Seconds(), attributes)
	i.due.Record(ctx, int64(s.Rows), attributes)
}
