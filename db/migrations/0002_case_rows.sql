-- What is shown of cases. Folding the log gives exactly these rows (`rebuild` does), so no constraint here may ever refuse what the log has taken.

CREATE TABLE escalation_case (
  case_id                uuid        PRIMARY KEY,
  episode                integer     NOT NULL,
  revision               integer     NOT NULL,
  human_revision         integer     NOT NULL,
  status                 text        NOT NULL,
  urgency                text        NOT NULL,
  primary_need           text        NOT NULL,
  other_needs            text[]      NOT NULL,
  red_flags              text[]      NOT NULL,
  circumstances          text[]      NOT NULL,
  household              text        NOT NULL,
  linked_to              uuid,
  municipio              text,
  competence_at_opening  text,
  provisional            boolean     NOT NULL,
  disputed               boolean     NOT NULL,
  hop                    integer     NOT NULL,
  owner                  text,
  responsible            text,
  handover_to            text,
  paused_until           timestamptz,
  attempts               integer     NOT NULL,
  attempts_exhausted     boolean     NOT NULL,
  open_alerts            integer     NOT NULL,
  closure_proposed_by    text,
  outcome                text,
  opened_by              text        NOT NULL,
  opened_at              timestamptz NOT NULL,
  episode_opened_at      timestamptz NOT NULL,
  reached_at             timestamptz,
  closed_at              timestamptz,
  next_deadline          timestamptz,
  nearest_due_at         timestamptz,
  claim_due_at           timestamptz,
  policy                 text        NOT NULL,
  -- Not of the case but of its queue: a take-next holds it for its taker while the claim is on its way.
  reserved_until         timestamptz,
  reserved_by            text
) WITH (fillfactor = 80);

-- Queues in their two orders, for everybody and walked through for a team; and what one team has open, where that is little.
CREATE INDEX escalation_case_due ON escalation_case ((coalesce(nearest_due_at, 'infinity'::timestamptz)), case_id) WHERE status <> 'closed';
CREATE INDEX escalation_case_urgent ON escalation_case
  ((CASE urgency WHEN 'red' THEN 0 WHEN 'yellow' THEN 1 ELSE 2 END), (coalesce(nearest_due_at, 'infinity'::timestamptz)), case_id) WHERE status <> 'closed';
CREATE INDEX escalation_case_open ON escalation_case (municipio) WHERE status <> 'closed';
-- Take-next: red first, then the nearest claim.
CREATE INDEX escalation_case_waiting ON escalation_case (municipio, (urgency <> 'red'), claim_due_at) WHERE status = 'awaiting_claim';
CREATE INDEX escalation_case_owner ON escalation_case (owner) WHERE owner IS NOT NULL;
CREATE INDEX escalation_case_offered ON escalation_case (handover_to) WHERE handover_to IS NOT NULL;
CREATE INDEX escalation_case_household ON escalation_case (household);
CREATE INDEX escalation_case_opened ON escalation_case (opened_at, case_id);

CREATE TABLE case_clock (
  case_id            uuid        NOT NULL,
  episode            integer     NOT NULL,
  clock_id           text        NOT NULL,
  name               text        NOT NULL,
  ordinal            integer     NOT NULL,
  ref                integer     NOT NULL,
  party              text        NOT NULL,
  status             text        NOT NULL,
  started_at         timestamptz NOT NULL,
  stopped_at         timestamptz,
  due_at             timestamptz,
  paused             boolean     NOT NULL,
  breached_due_at    timestamptz,
  breach_detected_at timestamptz,
  recorded_late      boolean     NOT NULL,
  warnings           integer     NOT NULL,
  PRIMARY KEY (case_id, episode, clock_id)
) WITH (fillfactor = 80);

-- What should breach next, for operators and for reconciliation.
CREATE INDEX case_clock_pending ON case_clock (due_at) WHERE status = 'running' AND breached_due_at IS NULL;
