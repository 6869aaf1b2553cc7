DROP TABLE IF EXISTS stripesecure_order_keys;

DROP TABLE IF EXISTS stripesecure_members;

DROP TABLE IF EXISTS stripesecure_checkouts;

DROP TABLE IF EXISTS stripesecure_migrations;
