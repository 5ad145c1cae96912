-- The tables of the first version. NUMBER is a key of SQLite's own row number there, of 8 bytes elsewhere; BYTES are
-- bytes, which the two databases call by two names: see 0001_make_the_casebook.py.

CREATE TABLE answered_key (
    person TEXT NOT NULL,
    "key" TEXT NOT NULL,
    request TEXT NOT NULL,
    status SMALLINT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL,
    CONSTRAINT pk_answered_key PRIMARY KEY (person, "key")
);

CREATE TABLE case_file (
    number NUMBER NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    owner TEXT NOT NULL,
    due TEXT NOT NULL,
    mark SMALLINT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT NOT NULL,
    retain_until TEXT NOT NULL,
    CONSTRAINT pk_case_file PRIMARY KEY (number),
    CONSTRAINT uq_case_file_name UNIQUE (name)
);

CREATE TABLE casebook (
    one SMALLINT NOT NULL,
    id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    link BYTES NOT NULL,
    checkpoint BIGINT NOT NULL,
    findings BIGINT NOT NULL,
    cases BIGINT NOT NULL,
    runs BIGINT NOT NULL,
    recheck_share FLOAT NOT NULL,
    sampling_key BYTES NOT NULL,
    CONSTRAINT pk_casebook PRIMARY KEY (one),
    CONSTRAINT ck_casebook_single CHECK (one = 1)
);

CREATE TABLE checkpoint (
    number NUMBER NOT NULL,
    seq BIGINT NOT NULL,
    statement TEXT NOT NULL,
    signature BYTES NOT NULL,
    "key" TEXT NOT NULL,
    CONSTRAINT pk_checkpoint PRIMARY KEY (number)
);

CREATE TABLE comment (
    seq NUMBER NOT NULL,
    case_number BIGINT NOT NULL,
    finding BIGINT,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    text TEXT,
    CONSTRAINT pk_comment PRIMARY KEY (seq)
);

CREATE INDEX ix_comment_case_number_seq ON comment (case_number, seq);

CREATE INDEX ix_comment_finding_seq ON comment (finding, seq);

CREATE TABLE decision (
    seq NUMBER NOT NULL,
    finding BIGINT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    correction TEXT,
    blind BOOLEAN NOT NULL,
    CONSTRAINT pk_decision PRIMARY KEY (seq)
);

CREATE INDEX ix_decision_finding_seq ON decision (finding, seq);

CREATE INDEX ix_decision_person_seq ON decision (person, seq);

CREATE TABLE finding (
    id NUMBER NOT NULL,
    run BIGINT NOT NULL,
    case_number BIGINT NOT NULL,
    block BIGINT NOT NULL,
    "row" BIGINT NOT NULL,
    subject_id TEXT NOT NULL,
    input_key BIGINT NOT NULL,
    verdict SMALLINT NOT NULL,
    list TEXT NOT NULL,
    entry TEXT NOT NULL,
    status SMALLINT NOT NULL,
    grave BOOLEAN NOT NULL,
    salt BYTES,
    content TEXT,
    seal BYTES,
    CONSTRAINT pk_finding PRIMARY KEY (id)
);

CREATE INDEX ix_finding_block ON finding (block);

CREATE INDEX ix_finding_input_key_id ON finding (input_key, id);

CREATE INDEX ix_finding_key ON finding (case_number, run, verdict, list, entry, status, grave, id);

CREATE INDEX ix_finding_subject_id_id ON finding (subject_id, id);

CREATE TABLE finding_count (
    run NUMBER NOT NULL,
    case_number NUMBER NOT NULL,
    verdict SMALLINT NOT NULL,
    list TEXT NOT NULL,
    entry TEXT NOT NULL,
    status SMALLINT NOT NULL,
    grave BOOLEAN NOT NULL,
    n BIGINT NOT NULL,
    CONSTRAINT pk_finding_count PRIMARY KEY (run, case_number, verdict, list, entry, status, grave)
);

CREATE TABLE invitation (
    digest TEXT NOT NULL,
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    made_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    used_at TEXT NOT NULL,
    CONSTRAINT pk_invitation PRIMARY KEY (digest)
);

CREATE TABLE job (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    person TEXT NOT NULL,
    case_number BIGINT NOT NULL,
    source_id TEXT NOT NULL,
    asked TEXT NOT NULL,
    run BIGINT,
    rows_done BIGINT NOT NULL,
    rows_all BIGINT,
    problem TEXT NOT NULL,
    made_at TEXT NOT NULL,
    started_at TEXT NOT NULL,
    beat_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    worker TEXT NOT NULL,
    cancel BOOLEAN NOT NULL,
    CONSTRAINT pk_job PRIMARY KEY (id)
);

CREATE INDEX ix_job_person_made_at ON job (person, made_at);

CREATE INDEX ix_job_state_made_at ON job (state, made_at);

CREATE TABLE person (
    id TEXT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    clearance SMALLINT NOT NULL,
    active BOOLEAN NOT NULL,
    password TEXT NOT NULL,
    totp TEXT NOT NULL,
    totp_offered TEXT NOT NULL,
    totp_step BIGINT NOT NULL,
    recovery TEXT NOT NULL,
    subject TEXT NOT NULL,
    expected_as TEXT NOT NULL,
    failures INTEGER NOT NULL,
    locked_until TEXT NOT NULL,
    made_at TEXT NOT NULL,
    CONSTRAINT pk_person PRIMARY KEY (id),
    CONSTRAINT uq_person_login UNIQUE (login)
);

CREATE INDEX ix_person_expected_as ON person (expected_as);

CREATE INDEX ix_person_subject ON person (subject);

CREATE TABLE recheck (
    finding NUMBER NOT NULL,
    first_seq NUMBER NOT NULL,
    first_person TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    second_seq BIGINT,
    CONSTRAINT pk_recheck PRIMARY KEY (finding, first_seq)
);

CREATE INDEX ix_recheck_reviewer_second_seq ON recheck (reviewer, second_seq);

CREATE TABLE record (
    seq NUMBER NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    case_number BIGINT,
    commitment BYTES NOT NULL,
    salt BYTES,
    content TEXT,
    CONSTRAINT pk_record PRIMARY KEY (seq)
);

CREATE INDEX ix_record_case_number_seq ON record (case_number, seq);

CREATE TABLE request (
    seq NUMBER NOT NULL,
    kind TEXT NOT NULL,
    case_number BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    asked TEXT NOT NULL,
    state TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answer_seq BIGINT,
    CONSTRAINT pk_request PRIMARY KEY (seq)
);

CREATE INDEX ix_request_case_number_state ON request (case_number, state);

CREATE TABLE run (
    number NUMBER NOT NULL,
    case_number BIGINT NOT NULL,
    source_id TEXT NOT NULL,
    verb TEXT NOT NULL,
    asked TEXT NOT NULL,
    checked TEXT NOT NULL,
    maker TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    finding_count BIGINT NOT NULL,
    tally TEXT NOT NULL,
    mark SMALLINT NOT NULL,
    CONSTRAINT pk_run PRIMARY KEY (number)
);

CREATE INDEX ix_run_case_number ON run (case_number);

CREATE INDEX ix_run_source_id ON run (source_id);

CREATE TABLE session (
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    made_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    fully_in BOOLEAN NOT NULL,
    CONSTRAINT pk_session PRIMARY KEY (id)
);

CREATE INDEX ix_session_person ON session (person);

CREATE TABLE signing_key (
    id TEXT NOT NULL,
    pem TEXT NOT NULL,
    CONSTRAINT pk_signing_key PRIMARY KEY (id)
);

CREATE TABLE source (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    mark SMALLINT NOT NULL,
    seq BIGINT NOT NULL,
    erased BOOLEAN NOT NULL,
    CONSTRAINT pk_source PRIMARY KEY (id)
);

CREATE TABLE source_part (
    source_id TEXT NOT NULL,
    number NUMBER NOT NULL,
    data BYTES NOT NULL,
    CONSTRAINT pk_source_part PRIMARY KEY (source_id, number)
);

CREATE TABLE time_stamp (
    number NUMBER NOT NULL,
    request BYTES NOT NULL,
    token BYTES,
    CONSTRAINT pk_time_stamp PRIMARY KEY (number)
);

CREATE TABLE token (
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    made_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    used_at TEXT NOT NULL,
    revoked BOOLEAN NOT NULL,
    CONSTRAINT pk_token PRIMARY KEY (id),
    CONSTRAINT uq_token_digest UNIQUE (digest)
);

CREATE INDEX ix_token_person ON token (person);
