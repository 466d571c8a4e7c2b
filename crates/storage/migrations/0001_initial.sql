-- The first schema, for both engines. Times are Unix milliseconds, flags 0 or 1, ids ours.
-- Every table but `tenant` begins its key with the tenant (SEC-68).

CREATE TABLE tenant (
    id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    policy TEXT NOT NULL,
    revision BIGINT NOT NULL,
    suspended BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX tenant_slug ON tenant (slug);

CREATE TABLE person (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    email BYTEA,
    language TEXT,
    role BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    password BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX person_login ON person (tenant_id, login);

-- An authenticator app. Pending while confirmed_at is NULL: it then belongs to one session or attempt and expires.
CREATE TABLE totp (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    expires_at BIGINT,
    started_by BYTEA,
    last_step BIGINT,
    used_at BIGINT,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, id)
) WITHOUT ROWID;

-- One set-up at a time: a new one takes the place of the one before (SEC-38).
CREATE UNIQUE INDEX totp_pending ON totp (tenant_id, user_id) WHERE confirmed_at IS NULL;

-- One row a user: verifiers of 16 bytes side by side, used marks as bits. `hashing` says with which key and at what cost
-- they were made.
CREATE TABLE backup_code_set (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    hashing BYTEA NOT NULL,
    generation BIGINT NOT NULL,
    verifiers BYTEA NOT NULL,
    used BIGINT NOT NULL,
    superseded BYTEA NOT NULL,
    issued_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) WITHOUT ROWID;

CREATE TABLE login_attempt (
    tenant_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    user_id BIGINT NOT NULL,
    stage BIGINT NOT NULL,
    remember BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    guesses BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_hash)
) WITHOUT ROWID;

-- The token comes first in the key: were it the tenant, SQLite would look through all of a tenant's sessions for a person's.
CREATE TABLE browser_session (
    tenant_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    user_id BIGINT NOT NULL,
    evidence BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    proved_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    remembered BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    address BYTEA NOT NULL,
    agent TEXT NOT NULL,
    PRIMARY KEY (token_hash, tenant_id)
) WITHOUT ROWID;

CREATE INDEX browser_session_user ON browser_session (tenant_id, user_id);

-- Budgets of password failures, by account and by client network (SEC-45 to SEC-48).
CREATE TABLE throttle (
    tenant_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    subject BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, subject)
) WITHOUT ROWID;

-- Audit events, each chained to the one before it in its lane (docs/decisions/0004). The head of a lane holds what no event
-- does, so that nobody can cut events off and make an earlier one the head.
CREATE TABLE audit_event (
    tenant_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    user_id BIGINT,
    actor BIGINT NOT NULL,
    refusal TEXT,
    address BYTEA,
    reference BIGINT,
    detail TEXT,
    mac BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, at, lane, seq)
) WITHOUT ROWID;

CREATE TABLE audit_head (
    tenant_id BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    mac BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, lane)
) WITHOUT ROWID;

-- Mail to be sent, written with the change that it announces.
CREATE TABLE outbox (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    recipient BYTEA NOT NULL,
    address BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
