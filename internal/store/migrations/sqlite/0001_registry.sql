-- SPDX-FileCopyrightText: The Maillage authors
-- SPDX-License-Identifier: EUPL-1.2
-- The registry, its change feed, its audit trail, and the outbox.

-- +goose Up

-- A software or an organisation: one thing of the world. facts is what is shown of it, worked out
-- from its records; provenance says which record each field comes from.
CREATE TABLE entities (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    slug         TEXT NOT NULL,
    rev          BIGINT NOT NULL,
    name         TEXT NOT NULL,
    name_folded  TEXT NOT NULL,
    haystack     TEXT NOT NULL,
    facts        TEXT NOT NULL,
    provenance   TEXT NOT NULL,
    merged_into  TEXT REFERENCES entities (id),
    withdrawn_at DATETIME,
    created_at   DATETIME NOT NULL,
    updated_at   DATETIME NOT NULL
);
CREATE INDEX entities_name ON entities (kind, name_folded);
CREATE INDEX entities_merged ON entities (merged_into) WHERE merged_into IS NOT NULL;

-- Every slug an entity bears or bore; each is given once.
CREATE TABLE entity_slugs (
    kind      TEXT NOT NULL,
    slug      TEXT NOT NULL,
    entity_id TEXT NOT NULL REFERENCES entities (id),
    current   BOOLEAN NOT NULL,
    rank      BIGINT NOT NULL,
    PRIMARY KEY (kind, slug)
);
CREATE INDEX entity_slugs_entity ON entity_slugs (entity_id);
CREATE INDEX entity_slugs_former ON entity_slugs (kind) WHERE NOT current;

-- What one source says of an entity. origin and writer are one: 'local', later another instance.
CREATE TABLE records (
    id           TEXT PRIMARY KEY,
    entity_id    TEXT NOT NULL REFERENCES entities (id),
    kind         TEXT NOT NULL,
    origin       TEXT NOT NULL,
    source       TEXT NOT NULL,
    source_key   TEXT NOT NULL,
    rev          BIGINT NOT NULL,
    facts        TEXT NOT NULL,
    retrieved_at DATETIME NOT NULL,
    created_at   DATETIME NOT NULL,
    updated_at   DATETIME NOT NULL,
    UNIQUE (kind, origin, source, source_key)
);
CREATE INDEX records_entity ON records (entity_id);

-- Identity keys: which entity bears which repository, SIREN, Wikidata number…
CREATE TABLE entity_ids (
    kind      TEXT NOT NULL,
    scheme    TEXT NOT NULL,
    value     TEXT NOT NULL,
    entity_id TEXT NOT NULL REFERENCES entities (id),
    PRIMARY KEY (kind, value, scheme, entity_id)
);
CREATE INDEX entity_ids_entity ON entity_ids (entity_id);

CREATE TABLE usages (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES entities (id),
    software_id     TEXT NOT NULL REFERENCES entities (id),
    provider_id     TEXT REFERENCES entities (id),
    stage           TEXT NOT NULL,
    since           TEXT NOT NULL,
    version         TEXT NOT NULL,
    scope           TEXT NOT NULL,
    seats           BIGINT NOT NULL,
    hosting         TEXT NOT NULL,
    note            TEXT NOT NULL,
    contact_allowed BOOLEAN NOT NULL,
    visibility      TEXT NOT NULL,
    confirmed_at    DATETIME,
    origin          TEXT NOT NULL,
    source          TEXT NOT NULL,
    source_key      TEXT NOT NULL,
    rev             BIGINT NOT NULL,
    withdrawn_at    DATETIME,
    created_at      DATETIME NOT NULL,
    updated_at      DATETIME NOT NULL
);
CREATE INDEX usages_organisation ON usages (organisation_id);
CREATE INDEX usages_software ON usages (software_id);
CREATE INDEX usages_provider ON usages (provider_id) WHERE provider_id IS NOT NULL;
CREATE UNIQUE INDEX usages_source ON usages (source_key, source, origin) WHERE source_key <> '';

CREATE TABLE offers (
    id           TEXT PRIMARY KEY,
    provider_id  TEXT NOT NULL REFERENCES entities (id),
    software_id  TEXT NOT NULL REFERENCES entities (id),
    services     TEXT NOT NULL,
    area         TEXT NOT NULL,
    purchase     TEXT NOT NULL,
    url          TEXT NOT NULL,
    note         TEXT NOT NULL,
    origin       TEXT NOT NULL,
    source       TEXT NOT NULL,
    source_key   TEXT NOT NULL,
    rev          BIGINT NOT NULL,
    withdrawn_at DATETIME,
    created_at   DATETIME NOT NULL,
    updated_at   DATETIME NOT NULL
);
CREATE INDEX offers_provider ON offers (provider_id);
CREATE INDEX offers_software ON offers (software_id);
CREATE UNIQUE INDEX offers_source ON offers (source_key, source, origin) WHERE source_key <> '';

-- "references" is a word of SQL.
CREATE TABLE provider_references (
    id                    TEXT PRIMARY KEY,
    provider_id           TEXT NOT NULL REFERENCES entities (id),
    organisation_id       TEXT NOT NULL REFERENCES entities (id),
    software_id           TEXT NOT NULL REFERENCES entities (id),
    services              TEXT NOT NULL,
    since                 TEXT NOT NULL,
    until                 TEXT NOT NULL,
    summary               TEXT NOT NULL,
    provider_confirmed_at DATETIME,
    customer_confirmed_at DATETIME,
    contested_at          DATETIME,
    choose_again          BOOLEAN,
    origin                TEXT NOT NULL,
    source                TEXT NOT NULL,
    source_key            TEXT NOT NULL,
    rev                   BIGINT NOT NULL,
    withdrawn_at          DATETIME,
    created_at            DATETIME NOT NULL,
    updated_at            DATETIME NOT NULL
);
CREATE INDEX provider_references_provider ON provider_references (provider_id);
CREATE INDEX provider_references_organisation ON provider_references (organisation_id);
CREATE INDEX provider_references_software ON provider_references (software_id);
CREATE UNIQUE INDEX provider_references_source ON provider_references (source_key, source, origin) WHERE source_key <> '';

-- Two entities that may be one, for a person to decide.
CREATE TABLE match_proposals (
    id                 TEXT PRIMARY KEY,
    kind               TEXT NOT NULL,
    left_id            TEXT NOT NULL REFERENCES entities (id),
    right_id           TEXT NOT NULL REFERENCES entities (id),
    reason             TEXT NOT NULL,
    detail             TEXT NOT NULL,
    state              TEXT NOT NULL,
    moved_records      TEXT NOT NULL,
    moved_declarations TEXT NOT NULL,
    decided_by         TEXT NOT NULL,
    decided_at         DATETIME,
    created_at         DATETIME NOT NULL
);
CREATE INDEX match_proposals_state ON match_proposals (state, id);
CREATE INDEX match_proposals_left ON match_proposals (left_id);
CREATE INDEX match_proposals_right ON match_proposals (right_id);

CREATE TABLE audit_entries (
    id         TEXT PRIMARY KEY,
    at         DATETIME NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    object_id  TEXT NOT NULL,
    source     TEXT NOT NULL,
    before     TEXT NOT NULL,
    after      TEXT NOT NULL
);
CREATE INDEX audit_entries_object ON audit_entries (object_id, id);

-- The change feed. The head's row is locked by each writer of the registry, so that numbers are in
-- the order of commits and a reader with a cursor never misses a late one.
CREATE TABLE feed_heads (
    origin TEXT PRIMARY KEY,
    seq    BIGINT NOT NULL
);
INSERT INTO feed_heads (origin, seq) VALUES ('local', 0);

CREATE TABLE feed_entries (
    origin    TEXT NOT NULL,
    seq       BIGINT NOT NULL,
    at        DATETIME NOT NULL,
    kind      TEXT NOT NULL,
    object_id TEXT NOT NULL,
    rev       BIGINT NOT NULL,
    op        TEXT NOT NULL,
    public_op TEXT NOT NULL,
    related   TEXT NOT NULL,
    PRIMARY KEY (origin, seq)
);

-- The outbox: facts, and for each who is to hear them.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    fact_key    TEXT NOT NULL,
    origin      TEXT NOT NULL,
    payload     TEXT NOT NULL,
    recorded_at DATETIME NOT NULL
);

CREATE TABLE deliveries (
    id           TEXT PRIMARY KEY,
    event_id     BIGINT NOT NULL REFERENCES events (id),
    subscriber   TEXT NOT NULL,
    fact_key     TEXT NOT NULL,
    state        TEXT NOT NULL,
    attempt      BIGINT NOT NULL,
    due_at       DATETIME NOT NULL,
    lease        TEXT NOT NULL,
    leased_until DATETIME,
    last_error   TEXT NOT NULL,
    settled_at   DATETIME
);
CREATE INDEX deliveries_pending ON deliveries (event_id) WHERE state = 'pending';
CREATE INDEX deliveries_order ON deliveries (subscriber, fact_key, event_id) WHERE state = 'pending';
CREATE INDEX deliveries_settled ON deliveries (state, settled_at);
CREATE INDEX deliveries_event ON deliveries (event_id);

CREATE TABLE api_tokens (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    role            TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    hash            TEXT NOT NULL UNIQUE,
    created_at      DATETIME NOT NULL,
    expires_at      DATETIME,
    last_used_at    DATETIME,
    revoked_at      DATETIME
);

CREATE TABLE idempotency_keys (
    actor       TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status      BIGINT NOT NULL,
    location    TEXT NOT NULL,
    etag        TEXT NOT NULL,
    body        BLOB NOT NULL,
    created_at  DATETIME NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Searches that found nothing: what the collective is missing.
CREATE TABLE search_misses (
    query_folded TEXT PRIMARY KEY,
    query        TEXT NOT NULL,
    count        BIGINT NOT NULL,
    first_at     DATETIME NOT NULL,
    last_at      DATETIME NOT NULL
);
