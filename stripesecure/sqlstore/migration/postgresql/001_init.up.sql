-- The applied versions. Each file records itself here, so that it does not
-- matter which tool runs it.
CREATE TABLE stripesecure_migrations (
    version BIGINT NOT NULL PRIMARY KEY,
    applied BIGINT NOT NULL
);

-- One checkout is one row. due is NULL for a finished one; it is in UTC,
-- microseconds since 1970. Ids are compared and sorted byte by byte.
CREATE TABLE stripesecure_checkouts (
    shop     VARCHAR(255) COLLATE "C" NOT NULL,
    checkout VARCHAR(255) COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    due      BIGINT,
    body     BYTEA NOT NULL,
    PRIMARY KEY (shop, checkout)
);

CREATE INDEX stripesecure_checkouts_due
    ON stripesecure_checkouts (shop, due, checkout) WHERE due IS NOT NULL;

-- The customers at Stripe of members. Ids belong to one account and
-- environment.
CREATE TABLE stripesecure_members (
    shop        VARCHAR(255) COLLATE "C" NOT NULL,
    environment VARCHAR(255) COLLATE "C" NOT NULL,
    account     VARCHAR(255) COLLATE "C" NOT NULL,
    member      VARCHAR(255) COLLATE "C" NOT NULL,
    customer    VARCHAR(255) COLLATE "C" NOT NULL,
    PRIMARY KEY (shop, environment, account, member)
);

-- The order key (rule 11). ref is NULL when the key was closed without an
-- order.
CREATE TABLE stripesecure_order_keys (
    shop       VARCHAR(255) COLLATE "C" NOT NULL,
    payment_id VARCHAR(255) COLLATE "C" NOT NULL,
    ref        VARCHAR(255),
    total      VARCHAR(32),
    currency   VARCHAR(3),
    PRIMARY KEY (shop, payment_id)
);

INSERT INTO stripesecure_migrations (version, applied)
    VALUES (1, CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT));
