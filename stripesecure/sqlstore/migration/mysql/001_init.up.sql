-- MySQL and MariaDB commit after every CREATE: a migration that was cut off is
-- run again, so each statement bears that.
--
-- The applied versions. Each file records itself here, so that it does not
-- matter which tool runs it.
CREATE TABLE IF NOT EXISTS stripesecure_migrations (
    version BIGINT NOT NULL PRIMARY KEY,
    applied BIGINT NOT NULL
) ENGINE = InnoDB;

-- One checkout is one row. due is NULL for a finished one; it is in UTC,
-- microseconds since 1970. Ids are VARBINARY because every text collation
-- here either folds letters or ignores spaces at the end.
CREATE TABLE IF NOT EXISTS stripesecure_checkouts (
    shop     VARBINARY(255) NOT NULL,
    checkout VARBINARY(255) NOT NULL,
    version  BIGINT NOT NULL,
    due      BIGINT,
    body     LONGBLOB NOT NULL,
    PRIMARY KEY (shop, checkout),
    INDEX stripesecure_checkouts_due (shop, due, checkout)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The customers at Stripe of members. Ids belong to one account and
-- environment.
CREATE TABLE IF NOT EXISTS stripesecure_members (
    shop        VARBINARY(255) NOT NULL,
    environment VARBINARY(255) NOT NULL,
    account     VARBINARY(255) NOT NULL,
    member      VARBINARY(255) NOT NULL,
    customer    VARBINARY(255) NOT NULL,
    PRIMARY KEY (shop, environment, account, member)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The order key (rule 11). ref is NULL when the key was closed without an
-- order.
CREATE TABLE IF NOT EXISTS stripesecure_order_keys (
    shop       VARBINARY(255) NOT NULL,
    payment_id VARBINARY(255) NOT NULL,
    ref        VARBINARY(255),
    total      VARBINARY(32),
    currency   VARBINARY(3),
    PRIMARY KEY (shop, payment_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

INSERT IGNORE INTO stripesecure_migrations (version, applied)
    VALUES (1, UNIX_TIMESTAMP() * 1000000);
