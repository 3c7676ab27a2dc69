-- A key that was used for one case must not answer for another: commands of people are looked up by their id alone.
CREATE INDEX case_revision_command ON case_revision (command_id) WHERE fingerprint IS NOT NULL;
