-- With whom a case was when a promise was broken, and how urgent it was: a list of breaches is about that, not about where the case went since.
ALTER TABLE case_clock ADD COLUMN breached_municipio text, ADD COLUMN breached_urgency text;
CREATE INDEX case_clock_breached ON case_clock (breached_due_at, case_id, episode, clock_id) WHERE breached_due_at IS NOT NULL;

-- Causes set for breaches. They change neither a case nor its clocks, and are set on closed cases too: no events, a log of their own. The last one of a breach holds.
CREATE TABLE breach_review (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  case_id     uuid        NOT NULL,
  episode     integer     NOT NULL,
  clock_id    text        NOT NULL,
  cause       text        NOT NULL,
  reviewed_by text        NOT NULL,
  reviewed_at timestamptz NOT NULL
);
CREATE INDEX breach_review_of ON breach_review (case_id, episode, clock_id, id);

CREATE FUNCTION keep_breach_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'review % of a breach stays: add another to correct it', OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER breach_review_kept BEFORE UPDATE OR DELETE ON breach_review FOR EACH ROW EXECUTE FUNCTION keep_breach_review();
