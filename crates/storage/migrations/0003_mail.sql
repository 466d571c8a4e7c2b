-- What mail clients and their owners need: the own switch, private mail addresses, windows. Unreleased yet.

-- The person's own switch (K1): 0 never touched, 1 on, 2 off.
ALTER TABLE person ADD COLUMN own_switch BIGINT NOT NULL DEFAULT 0;
-- A private mail address is confirmed (K6), told here so that a login need not look for it.
ALTER TABLE person ADD COLUMN has_email BIGINT NOT NULL DEFAULT 0;

-- The private mail address to which a person's codes are sent (K6), sealed. One that is not confirmed yet stands with the code that
-- is to confirm it.
CREATE TABLE private_address (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    confirmed_at BIGINT NOT NULL,
    used_at BIGINT,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) WITHOUT ROWID;

-- Codes sent by mail, by the keyed hash: one a person that proves, one that confirms an address (`address`, sealed). `started_by` is
-- the attempt or session that asked, `request` the name that page and mail show.
CREATE TABLE emailed_code (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    purpose BIGINT NOT NULL,
    started_by BYTEA NOT NULL,
    request TEXT NOT NULL,
    address BYTEA,
    key_id BIGINT NOT NULL,
    verifier BYTEA NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, purpose)
) WITHOUT ROWID;

CREATE INDEX emailed_code_asked ON emailed_code (tenant_id, asked_at);

-- When a mail is void: it is not sent any more then, and it goes before mail that is not.
ALTER TABLE outbox ADD COLUMN void_at BIGINT;

CREATE INDEX outbox_urgent ON outbox (due_at, tenant_id, id) WHERE void_at IS NOT NULL;

-- What a second factor opened for a person's mail clients at one source network (K9, SEC-52). A window that is closed is gone.
CREATE TABLE mail_window (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    network BYTEA NOT NULL,
    address BYTEA NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    -- Which services used it, a set, and when one did last (kept to five minutes); 0: none.
    services BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, network)
) WITHOUT ROWID;

-- Whether a network is crowded, asked at each opening.
CREATE INDEX mail_window_network ON mail_window (tenant_id, network, until);

-- Which ones are over.
CREATE INDEX mail_window_until ON mail_window (tenant_id, until);

-- People whose mail clients may be connected still although a window of theirs is over or closed, or their account is (SEC-54): the
-- mail server is asked about it when it is due. `network` is the window's, or empty for wherever they are; `login` outlives the
-- person. Whoever asks moves `due_at` forward, which is the lease.
CREATE TABLE mail_kick (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    network BYTEA NOT NULL,
    login TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    -- Connections that were ended so far.
    ended BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, network)
) WITHOUT ROWID;

CREATE INDEX mail_kick_due ON mail_kick (tenant_id, due_at);

-- Mail clients that were refused for want of a window: one row a person and network, for "it was me".
CREATE TABLE mail_refusal (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    network BYTEA NOT NULL,
    address BYTEA NOT NULL,
    services BIGINT NOT NULL,
    refused_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, network)
) WITHOUT ROWID;

-- What mail servers prove themselves with when they ask the gate (SEC-56).
CREATE TABLE gate_key (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    secret_hash BYTEA NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Kept to the hour; 0: never.
    used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, secret_hash),
    UNIQUE (tenant_id, name)
) WITHOUT ROWID;

-- Rounds of reminders to people without a second factor: what they say, how far one is (`after_factor` and `after_login` of whoever
-- it came to last; `next_due` is when the next mail is to leave), how many got one and how many did not.
CREATE TABLE reminder_round (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    actor BIGINT NOT NULL,
    group_id BIGINT,
    day BIGINT,
    note TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT,
    people BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    recent BIGINT NOT NULL,
    no_address BIGINT NOT NULL,
    crowded BIGINT NOT NULL,
    after_factor BIGINT NOT NULL,
    after_login TEXT NOT NULL,
    next_due BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

-- When a person was reminded last, and in which round: one row a person, so that nobody gets two.
CREATE TABLE reminder (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    round_id BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) WITHOUT ROWID;

-- What page and app call a paired app (K4): the tag that both codes make, and the name that its owner typed. A pending secret with a
-- tag was derived, and is never shown.
ALTER TABLE totp ADD COLUMN tag TEXT;
ALTER TABLE totp ADD COLUMN device TEXT;

-- The newest pairing of a person by two typed codes (K4). `started_by` is the session or attempt that began it; the user code is
-- sealed, and gone when the pairing is ended.
CREATE TABLE pairing (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    started_by BYTEA NOT NULL,
    user_code BYTEA,
    expires_at BIGINT NOT NULL,
    app_codes BIGINT NOT NULL,
    wrong_codes BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) WITHOUT ROWID;

CREATE INDEX pairing_expires ON pairing (tenant_id, expires_at);

-- Where a chain of the audit trail begins once its oldest events are gone (SEC-81): the place and the head of the last one that was
-- removed, sealed, so that whoever writes to the database can neither move it nor cut the chain back to it.
CREATE TABLE audit_base (
    tenant_id BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, lane)
) WITHOUT ROWID;

-- When a tenant's old events are looked after next, or until when a node does; and the time before which no event shows an address.
CREATE TABLE retention (
    tenant_id BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    masked_to BIGINT NOT NULL,
    PRIMARY KEY (tenant_id)
) WITHOUT ROWID;

-- What mail servers were told of a tenant's people holds as long as this number is the same: it is drawn anew by whatever may keep out
-- a mail client that was let in before. A tenant without a row has 0.
CREATE TABLE gate_mark (
    tenant_id BIGINT NOT NULL,
    mark BIGINT NOT NULL,
    PRIMARY KEY (tenant_id)
) WITHOUT ROWID;
