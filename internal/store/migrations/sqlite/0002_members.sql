-- SPDX-FileCopyrightText: The Maillage authors
-- SPDX-License-Identifier: EUPL-1.2
-- People: accounts, memberships, what proves who they are, and the chained audit trail.

-- +goose Up

CREATE TABLE accounts (
    id           TEXT PRIMARY KEY,
    email        TEXT NOT NULL,
    -- The address in lower case; NULL once erased, so that it is free again.
    email_key    TEXT UNIQUE,
    name         TEXT NOT NULL,
    name_folded  TEXT NOT NULL,
    function     TEXT NOT NULL,
    interests    TEXT NOT NULL,
    rhythm       TEXT NOT NULL,
    lang         TEXT NOT NULL,
    office       TEXT NOT NULL,
    state        TEXT NOT NULL,
    disabled_for TEXT NOT NULL,
    password     TEXT NOT NULL,
    password_at  DATETIME,
    must_change  BOOLEAN NOT NULL,
    password_off BOOLEAN NOT NULL,
    handle       BLOB UNIQUE,
    created_at   DATETIME NOT NULL,
    updated_at   DATETIME NOT NULL,
    seen_at      DATETIME
);
CREATE INDEX accounts_office ON accounts (office) WHERE office <> '';

CREATE TABLE memberships (
    id              TEXT PRIMARY KEY,
    account_id      TEXT NOT NULL REFERENCES accounts (id),
    organisation_id TEXT NOT NULL REFERENCES entities (id),
    role            TEXT NOT NULL,
    state           TEXT NOT NULL,
    proof           TEXT NOT NULL,
    reason          TEXT NOT NULL,
    asked_at        DATETIME NOT NULL,
    decided_by      TEXT NOT NULL,
    decided_at      DATETIME,
    ended_at        DATETIME
);
CREATE UNIQUE INDEX memberships_live ON memberships (account_id, organisation_id) WHERE state IN ('pending', 'accepted');
CREATE INDEX memberships_organisation ON memberships (organisation_id, state);
CREATE INDEX memberships_account ON memberships (account_id);
CREATE INDEX memberships_pending ON memberships (id) WHERE state = 'pending';

-- One-time secrets. Neither code nor link is here: both are worked out with a key kept elsewhere.
CREATE TABLE challenges (
    id              TEXT PRIMARY KEY,
    purpose         TEXT NOT NULL,
    account_id      TEXT NOT NULL,
    email           TEXT NOT NULL,
    email_key       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    data            TEXT NOT NULL,
    serial          BIGINT NOT NULL,
    tries           BIGINT NOT NULL,
    code_expires_at DATETIME,
    created_at      DATETIME NOT NULL,
    expires_at      DATETIME NOT NULL,
    used_at         DATETIME
);
CREATE INDEX challenges_account ON challenges (account_id, purpose);
CREATE INDEX challenges_email ON challenges (email_key, purpose);
CREATE INDEX challenges_organisation ON challenges (organisation_id, purpose);
CREATE INDEX challenges_expires ON challenges (expires_at);

-- Failures, under names from which nobody reads whose.
CREATE TABLE attempts (
    name       TEXT PRIMARY KEY,
    in_a_row   BIGINT NOT NULL,
    recent     TEXT NOT NULL,
    last_at    DATETIME NOT NULL
);
CREATE INDEX attempts_last ON attempts (last_at);

CREATE TABLE sessions (
    id            TEXT PRIMARY KEY,
    hash          TEXT NOT NULL UNIQUE,
    account_id    TEXT NOT NULL REFERENCES accounts (id),
    membership_id TEXT NOT NULL,
    strong        BOOLEAN NOT NULL,
    method        TEXT NOT NULL,
    device        TEXT NOT NULL,
    network       TEXT NOT NULL,
    id_token      TEXT NOT NULL,
    proved_at     DATETIME NOT NULL,
    created_at    DATETIME NOT NULL,
    seen_at       DATETIME NOT NULL,
    expires_at    DATETIME NOT NULL,
    ended_at      DATETIME
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE devices (
    hash       TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_at DATETIME NOT NULL,
    used_at    DATETIME NOT NULL,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE totp_factors (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    sealed     TEXT NOT NULL,
    last_step  BIGINT NOT NULL,
    created_at DATETIME NOT NULL
);

CREATE TABLE recovery_codes (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    hash       TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    used_at    DATETIME,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE passkeys (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    label      TEXT NOT NULL,
    credential BLOB NOT NULL,
    created_at DATETIME NOT NULL,
    used_at    DATETIME
);
CREATE INDEX passkeys_account ON passkeys (account_id);

CREATE TABLE identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    provider   TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_account ON identities (account_id);

-- Members' own API tokens and app passwords; api_tokens holds those of the administrator's programmes.
CREATE TABLE secrets (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL REFERENCES accounts (id),
    membership_id TEXT NOT NULL,
    kind          TEXT NOT NULL,
    name          TEXT NOT NULL,
    scope         TEXT NOT NULL,
    office        BOOLEAN NOT NULL,
    hash          TEXT NOT NULL UNIQUE,
    created_at    DATETIME NOT NULL,
    expires_at    DATETIME,
    last_used_at  DATETIME,
    revoked_at    DATETIME
);
CREATE INDEX secrets_account ON secrets (account_id);

-- Who was erased. A copy is kept outside the database, to be done again after a restored backup.
CREATE TABLE erasures (
    account_id TEXT PRIMARY KEY,
    at         DATETIME NOT NULL,
    posts      BOOLEAN NOT NULL
);

-- Messages that were handed over, so that one sent just before a stop is not sent again.
CREATE TABLE letters_sent (
    id      TEXT PRIMARY KEY,
    sent_at DATETIME NOT NULL
);
CREATE INDEX letters_sent_at ON letters_sent (sent_at);

-- The trail becomes a chain: each line carries the mark of the one before. Lines written before this
-- version keep seq 0 and no mark.
ALTER TABLE audit_entries ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_entries ADD COLUMN mark TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX audit_entries_seq ON audit_entries (seq) WHERE seq > 0;
CREATE TABLE audit_heads (
    origin TEXT PRIMARY KEY,
    seq    BIGINT NOT NULL,
    mark   TEXT NOT NULL
);
INSERT INTO audit_heads (origin, seq, mark) VALUES ('local', 0, '');
