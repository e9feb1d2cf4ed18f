-- Never written: an operation's journal (operation_event) says what its steps did, and its rows what came of it.
DROP TABLE operation_log;
ALTER TABLE operation DROP COLUMN result;
