-- The applied versions. Each file records itself here, so that it does not
-- matter which tool runs it.
CREATE TABLE stripesecure_migrations (
    version INTEGER NOT NULL PRIMARY KEY,
    applied INTEGER NOT NULL
) STRICT;

-- One checkout is one row. due is NULL for a finished one; it is in UTC,
-- microseconds since 1970.
CREATE TABLE stripesecure_checkouts (
    shop     TEXT    NOT NULL,
    checkout TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    due      INTEGER,
    body     BLOB    NOT NULL,
    PRIMARY KEY (shop, checkout)
) STRICT;

CREATE INDEX stripesecure_checkouts_due
    ON stripesecure_checkouts (shop, due, checkout) WHERE due IS NOT NULL;

-- The customers at Stripe of members. Ids belong to one account and
-- environment.
CREATE TABLE stripesecure_members (
    shop        TEXT NOT NULL,
    environment TEXT NOT NULL,
    account     TEXT NOT NULL,
    member      TEXT NOT NULL,
    customer    TEXT NOT NULL,
    PRIMARY KEY (shop, environment, account, member)
) STRICT, WITHOUT ROWID;

-- The order key (rule 11). ref is NULL when the key was closed without an
-- order.
CREATE TABLE stripesecure_order_keys (
    shop       TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    ref        TEXT,
    total      TEXT,
    currency   TEXT,
    PRIMARY KEY (shop, payment_id)
) STRICT, WITHOUT ROWID;

INSERT INTO stripesecure_migrations (version, applied)
    VALUES (1, CAST(strftime('%s', 'now') AS INTEGER) * 1000000);
