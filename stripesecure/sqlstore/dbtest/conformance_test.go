package dbtest_test

import (
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// TestStores runs every check on every store.
func TestStores(t *testing.T) {
	t.Parallel()
	stores := map[string]func(t *testing.T) stripesecure.Store{
		"Memory": func(*testing.T) stripesecure.Store { return stripesecure.NewMemory() },
	}
	for name, make := range map[string]func(testing.TB) dbtest.Database{
		"SQLite": dbtest.SQLite, "PostgreSQL": dbtest.PostgreSQL, "MariaDB": dbtest.MariaDB,
	} {
		stores[name] = func(t *testing.T) stripesecure.Store {
			store, _ := make(t).Store(t)
			return store
		}
	}
	for name, newStore := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range checks {
				t.Run(c.id, func(t *testing.T) {
					t.Parallel()
					if err := c.run(t.Context(), newStore(t)); err != nil {
						t.Errorf("%v\n%s: otherwise %s", err, c.id, c.breaks)
					}
				})
			}
		})
	}
}
