module github.com/ec-plugins/stripesecure/stripesecure/stripetest/openapi

go 1.25.0

replace github.com/ec-plugins/stripesecure => ../../..

require (
	github.com/ec-plugins/stripesecure v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
	github.com/stripe/stripe-mock v0.189.0
)
