DROP TABLE stripesecure_order_keys;

DROP TABLE stripesecure_members;

DROP TABLE stripesecure_checkouts;

DROP TABLE stripesecure_migrations;
