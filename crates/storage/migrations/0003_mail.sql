-- What mail clients and their owners need: the own switch, private mail addresses, windows. Unreleased yet.

-- The person's own switch (K1): 0 never touched, 1 on, 2 off.
ALTER TABLE person ADD COLUMN own_switch BIGINT NOT NULL DEFAULT 0;
-- A private mail address is confirmed (K6), told here so that a login need not look for it.
ALTER TABLE person ADD COLUMN has_email BIGINT NOT NULL DEFAULT 0;
