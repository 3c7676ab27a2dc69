-- People's data. Whatever is `sealed` opens with the household's own key only, and that key with a master key of the ring (db/protection); nothing else here says
-- anything about a person. A case refers to its household by `escalation_case.household`.

CREATE TABLE household (
  household_id text        PRIMARY KEY CHECK (length(household_id) BETWEEN 1 AND 64),
  -- The household's key, and which master key wraps it. Forgetting it is erasing the household, wherever copies of its rows are.
  key_id       text,
  wrapped_key  bytea,
  -- What concerns the household as a whole; null until something is known.
  sealed       bytea,
  version      integer     NOT NULL CHECK (version > 0),
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  changed_by   text        NOT NULL,
  erased_at    timestamptz,
  CHECK ((key_id IS NULL) = (wrapped_key IS NULL)),
  CHECK ((erased_at IS NULL) = (wrapped_key IS NOT NULL)),
  CHECK (erased_at IS NULL OR sealed IS NULL)
);
-- What a rotation of the master key still has to do.
CREATE INDEX household_key ON household (key_id, household_id) WHERE key_id IS NOT NULL;

CREATE TABLE person (
  person_id    uuid    PRIMARY KEY,
  household_id text    NOT NULL REFERENCES household (household_id),
  ordinal      integer NOT NULL,
  sealed       bytea   NOT NULL
);
CREATE INDEX person_household ON person (household_id, ordinal);

-- Blind indexes: an HMAC of a phone number, or of one token of a name, by the master key named.
CREATE TABLE person_token (
  token     bytea NOT NULL,
  kind      text  NOT NULL CHECK (kind IN ('phone', 'name')),
  person_id uuid  NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
  key_id    text  NOT NULL,
  PRIMARY KEY (token, kind, person_id)
);
CREATE INDEX person_token_person ON person_token (person_id);
CREATE INDEX person_token_key ON person_token (key_id);

-- Notes, and the summaries of an opening, a handover and a closure, which are notes that say what for. A correction is another version; none is lost.
CREATE TABLE note (
  note_id      uuid        NOT NULL,
  version      integer     NOT NULL CHECK (version > 0),
  household_id text        NOT NULL REFERENCES household (household_id),
  case_id      uuid        NOT NULL,
  kind         text        NOT NULL CHECK (kind IN ('opening', 'note', 'handover', 'closure')),
  -- Who may read it: everybody at work on the case, or the second level alone.
  level        text        NOT NULL CHECK (level IN ('first', 'second')),
  author       text        NOT NULL,
  at           timestamptz NOT NULL,
  sealed       bytea       NOT NULL,
  PRIMARY KEY (note_id, version)
);
CREATE INDEX note_case ON note (case_id, note_id, version);
CREATE INDEX note_household ON note (household_id);

-- The restricted compartment: addresses of refuges, and what falls under article 10 of the GDPR. Which of the two a record is is sealed too. Never searched.
CREATE TABLE restricted_record (
  record_id    uuid        NOT NULL,
  version      integer     NOT NULL CHECK (version > 0),
  household_id text        NOT NULL REFERENCES household (household_id),
  author       text        NOT NULL,
  at           timestamptz NOT NULL,
  sealed       bytea       NOT NULL,
  PRIMARY KEY (record_id, version)
);
CREATE INDEX restricted_record_household ON restricted_record (household_id);
