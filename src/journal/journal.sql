-- The journal: what was begun, done and undone, in the target database's schema "segue".
-- Installed in one transaction; layout 2. An older one is brought up to date (upgrade_1.sql), a newer one is refused.
create schema segue;
comment on schema segue is 'journal of segue, the data model migration tool';

create table segue.meta (
  version integer not null,
  "systemIdentifier" bigint not null,
  "databaseOid" bigint not null,
  timeline integer not null,
  "journalId" uuid not null default gen_random_uuid(),
  "installedAt" timestamptz not null default clock_timestamp()
);
comment on table segue.meta is 'one row: version of this journal';
comment on column segue.meta.version is 'layout version; a program that knows only older ones refuses to work';
comment on column segue.meta."systemIdentifier" is 'pg_control system identifier of the cluster the journal was made in; differs in a clone';
comment on column segue.meta."databaseOid" is 'pg_database.oid of the database the journal was made in; differs in a copy';
comment on column segue.meta.timeline is 'WAL timeline at the last run; grows when a replica is promoted';
comment on column segue.meta."journalId" is 'what the machines that run plans remember this journal by; a clone that was accepted gets another';
comment on column segue.meta."installedAt" is 'when the journal was installed';

create table segue.plans (
  plan text primary key,
  title text not null,
  hash text not null,
  epoch bigint not null default 0,
  "beganAt" timestamptz not null default clock_timestamp()
);
comment on table segue.plans is 'every plan that was ever begun here';
comment on column segue.plans.plan is 'name of the plan';
comment on column segue.plans.title is 'its title';
comment on column segue.plans.hash is 'SHA-256 over the plan file and every file it names, as last run';
comment on column segue.plans.epoch is 'fencing token: each runner adds one; a runner with an older one may change nothing';
comment on column segue.plans."beganAt" is 'first run';

create table segue.steps (
  plan text not null references segue.plans,
  phase text not null,
  step text not null,
  position integer not null,
  kind text not null,
  state text not null check (state in ('begun', 'done', 'undoing', 'undone')),
  attempts integer not null default 1,
  "beganAt" timestamptz not null default clock_timestamp(),
  "endedAt" timestamptz,
  rows bigint not null default 0,
  "longestLockWaitMs" double precision not null default 0,
  detail jsonb not null default '{}',
  primary key (plan, phase, step)
);
comment on table segue.steps is 'state of every step; a step with no row has not begun';
comment on column segue.steps.plan is 'name of the plan';
comment on column segue.steps.phase is 'name of the phase';
comment on column segue.steps.step is 'name of the step, unique in its phase';
comment on column segue.steps.position is 'order over the whole plan, from 0';
comment on column segue.steps.kind is 'sql, profile, sync, backfill, verify, require, rollout, retire, drop, preview';
comment on column segue.steps.state is 'begun, done, undoing or undone';
comment on column segue.steps.attempts is 'how often it was begun';
comment on column segue.steps."beganAt" is 'latest begin';
comment on column segue.steps."endedAt" is 'latest end, of doing or undoing';
comment on column segue.steps.rows is 'rows written or compared';
comment on column segue.steps."longestLockWaitMs" is 'longest time segue stood in a lock queue of the application''s tables; nobody behind it waited longer';
comment on column segue.steps.detail is 'evidence: counts and names, never values of the application';

create table segue.operations (
  plan text not null references segue.plans,
  phase text not null,
  step text not null,
  position integer not null,
  statement text not null,
  undo text,
  "inTransaction" boolean not null,
  state text not null check (state in ('begun', 'done', 'undone')),
  at timestamptz not null default clock_timestamp(),
  primary key (plan, phase, step, position)
);
comment on table segue.operations is 'single statements of a step, each with its undo; done and journaled in one transaction where PostgreSQL can';
comment on column segue.operations.plan is 'name of the plan';
comment on column segue.operations.phase is 'name of the phase';
comment on column segue.operations.step is 'name of the step';
comment on column segue.operations.position is 'order in the step, from 0';
comment on column segue.operations.statement is 'the statement as sent';
comment on column segue.operations.undo is 'the statement that takes it back; null where nothing is needed';
comment on column segue.operations."inTransaction" is 'false: begun is written first, and resume asks the catalog what happened';
comment on column segue.operations.state is 'begun, done or undone';
comment on column segue.operations.at is 'latest change of state';

create table segue.cursors (
  plan text not null references segue.plans,
  step text not null,
  range integer not null,
  "lowerKey" text[],
  "upperKey" text[],
  "lastKey" text[],
  visit integer not null default 0,
  scanned bigint not null default 0,
  written bigint not null default 0,
  batches bigint not null default 0,
  done boolean not null default false,
  "updatedAt" timestamptz not null default clock_timestamp(),
  primary key (plan, step, range)
);
comment on table segue.cursors is 'where each worker of a backfill stands; committed with the rows of its batch';
comment on column segue.cursors.plan is 'name of the plan';
comment on column segue.cursors.step is 'name of the backfill step';
comment on column segue.cursors.range is 'number of the key range; higher ones were left behind because others held rows of them';
comment on column segue.cursors."lowerKey" is 'key before the first of the range; null: from the start';
comment on column segue.cursors."upperKey" is 'last key of the range';
comment on column segue.cursors."lastKey" is 'last key whose rows are committed; null: none yet';
comment on column segue.cursors.visit is 'hash class of the rows visited next, for ordered keys';
comment on column segue.cursors.scanned is 'rows looked at';
comment on column segue.cursors.written is 'rows written';
comment on column segue.cursors.batches is 'transactions committed';
comment on column segue.cursors.done is 'true when the range is finished';
comment on column segue.cursors."updatedAt" is 'time of the last batch';

create table segue.checks (
  id bigint generated always as identity primary key,
  plan text not null references segue.plans,
  phase text not null,
  name text not null,
  passed boolean not null,
  expected text not null,
  found text not null,
  at timestamptz not null default clock_timestamp()
);
comment on table segue.checks is 'every result of a check or a gate''s measure, with the numbers';
comment on column segue.checks.id is 'running number';
comment on column segue.checks.plan is 'name of the plan';
comment on column segue.checks.phase is 'phase the check belongs to';
comment on column segue.checks.name is 'name of the check or measure';
comment on column segue.checks.passed is 'whether it held';
comment on column segue.checks.expected is 'what the plan asks for';
comment on column segue.checks.found is 'what was measured';
comment on column segue.checks.at is 'when';

create table segue.approvals (
  id bigint generated always as identity primary key,
  plan text not null references segue.plans,
  phase text not null,
  "planHash" text not null,
  item text,
  actor text not null,
  reason text not null,
  at timestamptz not null default clock_timestamp(),
  "withdrawnAt" timestamptz
);
comment on table segue.approvals is 'who let a phase pass; valid for one plan hash, void after a rollback behind it';
comment on column segue.approvals.id is 'running number';
comment on column segue.approvals.plan is 'name of the plan';
comment on column segue.approvals.phase is 'phase whose gate it opens';
comment on column segue.approvals."planHash" is 'the plan that was approved; another plan needs another approval';
comment on column segue.approvals.item is 'checklist item it answers; null: the phase''s gate';
comment on column segue.approvals.actor is 'who';
comment on column segue.approvals.reason is 'why';
comment on column segue.approvals.at is 'when';
comment on column segue.approvals."withdrawnAt" is 'when it became void; null: valid';

create sequence segue.flag_revision;
comment on sequence segue.flag_revision is 'one number for every change of any flag';

create table segue.flags (
  key text primary key,
  plan text not null references segue.plans,
  flag text not null,
  percent integer not null check (percent between 0 and 100),
  revision bigint not null default nextval('segue.flag_revision'),
  "changedBy" text not null,
  "changedAt" timestamptz not null default clock_timestamp()
);
comment on table segue.flags is 'share of traffic on the new path; read by every application process';
comment on column segue.flags.key is 'full key, segue.<plan>.<flag>: what buckets are made of';
comment on column segue.flags.plan is 'name of the plan';
comment on column segue.flags.flag is 'name in the plan';
comment on column segue.flags.percent is 'share of targeting keys that are on';
comment on column segue.flags.revision is 'grows with each change of any flag';
comment on column segue.flags."changedBy" is 'who changed it last: a person, or segue run';
comment on column segue.flags."changedAt" is 'when';

create function segue.announce_flag() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_notify('segue_flags', new.key);
  return null;
end $$;
comment on function segue.announce_flag() is 'tells every listening application process that a flag changed';
create trigger announce after insert or update on segue.flags for each row execute function segue.announce_flag();

create table segue.snapshots (
  plan text not null references segue.plans,
  phase text not null,
  schema text not null,
  definition text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (plan, phase)
);
comment on table segue.snapshots is 'every definition of the schema as it was before a phase began: a rollback is proven against it';
comment on column segue.snapshots.plan is 'name of the plan';
comment on column segue.snapshots.phase is 'phase that was about to begin';
comment on column segue.snapshots.schema is 'schema described';
comment on column segue.snapshots.definition is 'one definition a line, sorted';
comment on column segue.snapshots.at is 'when';

create table segue.flag_clients (
  "backendPid" integer primary key,
  instance text not null,
  revision bigint not null,
  overrides jsonb not null default '{}' check (jsonb_typeof(overrides) = 'object'),
  "seenAt" timestamptz not null default clock_timestamp()
);
comment on table segue.flag_clients is 'application processes that follow the flags, and the revision each has taken over';
comment on column segue.flag_clients."backendPid" is 'server process of its listening connection; a client is alive while that is connected';
comment on column segue.flag_clients.instance is 'name the application gave';
comment on column segue.flag_clients.revision is 'highest revision it has read and uses';
comment on column segue.flag_clients.overrides is 'full key -> percent of flags it does not follow: a switch of the process decides; a rollout waits for it';
comment on column segue.flag_clients."seenAt" is 'when it said so';

create function segue.acknowledge_flags(text, bigint, jsonb default '{}') returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into segue.flag_clients ("backendPid", instance, revision, overrides) values (pg_backend_pid(), $1, $2, $3)
  on conflict ("backendPid") do update set instance = $1, revision = $2, overrides = $3, "seenAt" = clock_timestamp();
$$;
comment on function segue.acknowledge_flags is 'called by the flag client of an application process after each read';

create table segue.value_map (
  plan text not null references segue.plans,
  value text not null,
  raw text not null,
  meaning text,
  rule text not null,
  certainty text not null check (certainty in ('certain', 'by hours', 'decided', 'unreadable')),
  rows bigint not null default 0,
  "decidedBy" text not null,
  at timestamptz not null default clock_timestamp()
);
-- A text may be longer than a b-tree takes (and whoever writes it may know a collision of md5); a hash index takes any.
create unique index value_map_text on segue.value_map (plan, value, left(raw, 600), hashtextextended(raw, 0));
create index value_map_raw on segue.value_map using hash (raw);
comment on table segue.value_map is 'each distinct raw text and what it means';
comment on column segue.value_map.plan is 'name of the plan';
comment on column segue.value_map.value is 'name of the value in the plan';
comment on column segue.value_map.raw is 'the text as stored by the old application';
comment on column segue.value_map.meaning is 'what it becomes; null: nobody knows yet';
comment on column segue.value_map.rule is 'rule that read it';
comment on column segue.value_map.certainty is 'certain, by hours (of opening), decided (by a person) or unreadable';
comment on column segue.value_map.rows is 'rows that held it at the last profile';
comment on column segue.value_map."decidedBy" is 'the reader, or the person';
comment on column segue.value_map.at is 'when';

create table segue.decisions (
  id bigint generated always as identity primary key,
  plan text not null references segue.plans,
  value text not null,
  raw text not null,
  meaning text not null,
  actor text not null,
  reason text not null,
  at timestamptz not null default clock_timestamp(),
  "withdrawnAt" timestamptz,
  "withdrawnBy" text,
  "withdrawnFor" text
);
create unique index decisions_open on segue.decisions (plan, value, left(raw, 600), hashtextextended(raw, 0)) where "withdrawnAt" is null;
comment on table segue.decisions is 'what people decided about texts (segue review); an open one stands above the plan and the reader';
comment on column segue.decisions.id is 'running number';
comment on column segue.decisions.plan is 'name of the plan';
comment on column segue.decisions.value is 'name of the value in the plan';
comment on column segue.decisions.raw is 'the text as stored by the old application';
comment on column segue.decisions.meaning is 'what it becomes';
comment on column segue.decisions.actor is 'who decided';
comment on column segue.decisions.reason is 'why';
comment on column segue.decisions.at is 'when';
comment on column segue.decisions."withdrawnAt" is 'when it was withdrawn, or another took its place; null: it stands';
comment on column segue.decisions."withdrawnBy" is 'who withdrew it';
comment on column segue.decisions."withdrawnFor" is 'why it was withdrawn';

create table segue.value_seen (
  plan text not null,
  value text not null,
  raw text not null,
  key text[],
  behind text[],
  at timestamptz not null default clock_timestamp()
);
comment on table segue.value_seen is 'raw texts to be read (again), whose rows follow; no unique key, so that writers never wait for each other';
comment on column segue.value_seen.plan is 'name of the plan';
comment on column segue.value_seen.value is 'name of the value in the plan';
comment on column segue.value_seen.raw is 'the text as stored by the old application';
comment on column segue.value_seen.key is 'the row that holds it, if it is only this one; null: every row that holds it';
comment on column segue.value_seen.behind is 'transactions (virtual ids) that began before its meaning changed: it waits for the end of all';
comment on column segue.value_seen.at is 'when it was met';

create table segue.repairs (
  id bigint generated always as identity primary key,
  plan text not null,
  mapping text not null,
  key text[] not null,
  direction text not null check (direction in ('new', 'old', 'both', 'into new', 'into old')),
  reason text not null,
  at timestamptz not null default clock_timestamp(),
  "resolvedAt" timestamptz,
  "acceptedAt" timestamptz,
  "acceptedBy" text,
  "acceptedFor" text,
  "acceptedAs" bigint
);
create index repairs_open on segue.repairs (plan, mapping, key) where "resolvedAt" is null;
comment on table segue.repairs is 'rows whose other side could not be computed, or where both sides were written and disagree';
comment on column segue.repairs.id is 'running number';
comment on column segue.repairs.plan is 'name of the plan';
comment on column segue.repairs.mapping is 'name of the mapping';
comment on column segue.repairs.key is 'the row''s key columns, as text';
comment on column segue.repairs.direction is 'side that could not be computed; both: a conflict, both sides were kept; into: the key is the derived row''s, and what stands for it does not agree';
comment on column segue.repairs.reason is 'SQLSTATE or class of the reason, never a value';
comment on column segue.repairs.at is 'when it was recorded';
comment on column segue.repairs."resolvedAt" is 'when it was healed; null: open';
comment on column segue.repairs."acceptedAt" is 'when a person said that the row is right as it is; null: nobody did, or the row was written since';
comment on column segue.repairs."acceptedBy" is 'who accepted it';
comment on column segue.repairs."acceptedFor" is 'why';
comment on column segue.repairs."acceptedAs" is 'hash of both sides of the row as it was accepted: another one opens the entry again';

-- Two things NOTIFY would do to the application: it makes a two-phase commit fail, and every COMMIT where the notes fill the server's
-- queue. In both cases nobody is told, and whoever waits for work finds it by looking.
create function segue.announce_work() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('max_prepared_transactions')::integer = 0 and pg_notification_queue_usage() < 0.5 then
    perform pg_notify('segue_work', new.plan);
  end if;
  return null;
end $$;
comment on function segue.announce_work() is 'tells whoever heals that there is something to heal: the plan, never a text; once a transaction';
create trigger announce after insert on segue.value_seen for each row execute function segue.announce_work();
create trigger announce after insert on segue.repairs for each row execute function segue.announce_work();

create table segue.archives (
  plan text not null references segue.plans,
  step text not null,
  target text not null,
  "archiveTable" text not null,
  rows bigint not null,
  definition jsonb not null,
  at timestamptz not null default clock_timestamp(),
  "removedAt" timestamptz,
  "removedBy" text,
  primary key (plan, step, target)
);
comment on table segue.archives is 'what was dropped, and the table that keeps it';
comment on column segue.archives.plan is 'name of the plan';
comment on column segue.archives.step is 'name of the drop step';
comment on column segue.archives.target is 'table or table.column that was dropped';
comment on column segue.archives."archiveTable" is 'table in schema segue_archive that holds key, old values and a hash of the new row';
comment on column segue.archives.rows is 'rows archived';
comment on column segue.archives.definition is 'types, defaults and constraints needed to build it again';
comment on column segue.archives.at is 'when';
comment on column segue.archives."removedAt" is 'when the archive was removed for good; null: it is there';
comment on column segue.archives."removedBy" is 'who removed it';

create table segue.backups (
  id bigint generated always as identity primary key,
  plan text not null references segue.plans,
  file text not null,
  bytes bigint not null,
  "tables" bigint not null,
  rows bigint not null,
  compared boolean not null,
  actor text not null,
  at timestamptz not null default clock_timestamp()
);
comment on table segue.backups is 'backups that were restored into a private server; the files are kept by people';
comment on column segue.backups.id is 'running number';
comment on column segue.backups.plan is 'name of the plan';
comment on column segue.backups.file is 'path on the machine that proved it';
comment on column segue.backups.bytes is 'size of the file';
comment on column segue.backups."tables" is 'tables restored';
comment on column segue.backups.rows is 'rows restored';
comment on column segue.backups.compared is 'true: all rows were those of the moment it was taken; false: only that every table is there';
comment on column segue.backups.actor is 'who';
comment on column segue.backups.at is 'when it was proven';

create table segue.audit (
  id bigint generated always as identity primary key,
  plan text not null,
  number bigint not null,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null,
  reason text not null default '',
  evidence jsonb not null default '{}',
  hash text not null,
  unique (plan, number)
);
comment on table segue.audit is 'append-only: each transition with actor, time, reason and evidence; one chain of hashes a plan';
comment on column segue.audit.id is 'running number over all plans';
comment on column segue.audit.plan is 'name of the plan';
comment on column segue.audit.number is 'place in the plan''s chain, from 1';
comment on column segue.audit.at is 'when';
comment on column segue.audit.actor is 'who: a person, or the user that ran segue';
comment on column segue.audit.action is 'what: step done, phase rolled back, flag changed, approved, ...';
comment on column segue.audit.reason is 'why, as the actor gave it';
comment on column segue.audit.evidence is 'counts, names and durations';
comment on column segue.audit.hash is 'SHA-256 over the hash before it and this entry: segue.audit_hash()';

create table segue.audit_heads (
  plan text primary key,
  entries bigint not null,
  hash text not null
);
comment on table segue.audit_heads is 'end of each plan''s chain: without it, entries removed from the end would leave no trace';
comment on column segue.audit_heads.plan is 'name of the plan';
comment on column segue.audit_heads.entries is 'number of the last entry';
comment on column segue.audit_heads.hash is 'hash of the last entry';

create function segue.audit_hash(previous text, variadic fields text[]) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select encode(sha256(convert_to(previous || string_agg(octet_length(convert_to(field, 'UTF8')) || ':' || field || ',', '' order by n), 'UTF8')), 'hex')
  from unnest(fields) with ordinality listed (field, n)
$$;
comment on function segue.audit_hash is 'hash of an entry: the hash before it, then each field as LENGTH:TEXT, (bytes of UTF-8)';

create function segue.chain_audit() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare head record;
begin
  -- Locks the plan's head until the transaction ends: writers of one plan come one after another, those of others do not wait.
  insert into segue.audit_heads as h (plan, entries, hash) values (new.plan, 0, '')
    on conflict (plan) do update set plan = excluded.plan returning h.entries, h.hash into head;
  new.number := head.entries + 1;
  new.at := clock_timestamp();
  new.hash := segue.audit_hash(head.hash, new.number::text, new.plan, to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                               new.actor, new.action, new.reason, new.evidence::text);
  update segue.audit_heads set entries = new.number, hash = new.hash where plan = new.plan;
  return new;
end $$;
comment on function segue.chain_audit() is 'gives an audit entry its number, its time and its hash';
create trigger chain before insert on segue.audit for each row execute function segue.chain_audit();

create function segue.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'the audit table is append-only';
end $$;
comment on function segue.refuse_change() is 'keeps the audit append-only';
create trigger append_only before update or delete or truncate on segue.audit
  for each statement execute function segue.refuse_change();

-- Applications read flags with their own role.
grant usage on schema segue to public;
grant select on segue.flags to public;

insert into segue.meta (version, "systemIdentifier", "databaseOid", timeline)
  select 2, system_identifier, (select oid from pg_catalog.pg_database where datname = current_database()),
         ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
  from pg_control_system();
