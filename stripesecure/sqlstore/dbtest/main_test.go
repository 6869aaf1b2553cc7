package dbtest_test

import (
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }
