-- What the service may do in the tables of the casebook; see postgresql.sql.
BEGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO opencwc;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM opencwc;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO opencwc;

-- Added to, never changed: the chain, its checkpoints and their keys, what was decided and said.
GRANT INSERT ON record, checkpoint, signing_key, decision, comment, custody_step TO opencwc;

-- Of declarations: what was sent and the steps of a submission stay; its state and marks move, the sites of a declarant
-- too. A change in a register's grid goes once the rows are kept as a version.
GRANT INSERT ON submission_version, submission_step, register_version, register_submission TO opencwc;
GRANT INSERT, UPDATE ON submission, declarant TO opencwc;
GRANT INSERT, DELETE ON register_change TO opencwc;

-- Findings and their units are added to; of what is there, only the status of a finding moves. An erasure needs more, and so the owner.
GRANT INSERT ON finding, unit TO opencwc;
GRANT UPDATE (status) ON finding TO opencwc;

-- What the records amount to: it moves with them, and "case verify" holds it against them.
GRANT INSERT, UPDATE ON casebook, case_file, run, finding_count, source, time_stamp, anchor, recheck, request, person,
  token
  TO opencwc;

-- Decisions taken at once can be taken back. A feed is changed and removed on record.
GRANT INSERT, UPDATE ON bulk_decision TO opencwc;
GRANT INSERT, UPDATE, DELETE ON feed TO opencwc;

-- The parts of a file come in under a name of their own, which is changed or taken away when the hash is known.
GRANT INSERT, UPDATE, DELETE ON source_part TO opencwc;

-- Not of the record: who is signed in, links, jobs, answers to repeated requests, saved watches, what feeds came to, how
-- pictures look.
GRANT INSERT, UPDATE, DELETE ON session, invitation, job, answered_key, saved_watch, feed_fetch, picture_look TO opencwc;
COMMIT;
