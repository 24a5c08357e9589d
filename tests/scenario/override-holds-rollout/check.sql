select 'the traffic is taken back', percent = 0 from segue.flags;
select 'nobody overrides any more', not exists (select from segue.flag_clients c join pg_stat_activity a on a.pid = c."backendPid");
