-- create_function
create or replace function segue."sync hospital-services reservations"() returns trigger
language plpgsql security definer set search_path = "public", pg_temp as $segue$
#variable_conflict use_column
declare
  segue_new_1 "public"."reservations"."serviceId"%type;
  segue_new_2 "public"."reservations"."serviceName"%type;
  segue_new_3 "public"."reservations"."estimatedDuration"%type;
  segue_new_4 "public"."reservations"."period"%type;
  segue_old_1 "public"."reservations"."service"%type;
  segue_old_2 "public"."reservations"."preferredTime"%type;
  segue_unseen_1 boolean;
  old_written boolean; new_written boolean; unmigrated boolean; moved boolean;
begin
  if tg_op = 'INSERT' then
    old_written := new."service" is not null or new."preferredTime" is not null;
    new_written := new."serviceId" is not null or new."serviceName" is not null or new."estimatedDuration" is not null or new."period" is not null;
    unmigrated := not new_written;
    moved := false;
  else
    old_written := old."service" is distinct from new."service" or old."preferredTime" is distinct from new."preferredTime";
    new_written := old."serviceId" is distinct from new."serviceId" or old."serviceName" is distinct from new."serviceName" or old."estimatedDuration" is distinct from new."estimatedDuration" or old."period" is distinct from new."period";
    unmigrated := old."serviceId" is null and old."serviceName" is null and old."estimatedDuration" is null and old."period" is null;
    moved := old."id" is distinct from new."id";
  end if;
  if moved then
    update segue.repairs q set key = array[new."id"::text] where q.plan = 'hospital-services' and q.mapping = 'reservations' and q.key = array[old."id"::text] and q."resolvedAt" is null;
    moved := not found;
  end if;
  if old_written or unmigrated or moved then
    begin
      select s.id, s.name, s."durationMinutes" + s."bufferMinutes", coalesce("segue value 1".meaning, 'MORNING')::"Period", "segue value 1".raw is null and new."preferredTime"::text is not null
        into strict segue_new_1, segue_new_2, segue_new_3, segue_new_4, segue_unseen_1
        from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'hospital-services' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
    exception when others then
      if sqlstate like '40%' then raise; end if;
      insert into segue.repairs (plan, mapping, key, direction, reason) values ('hospital-services', 'reservations', array[new."id"::text], 'new', sqlstate);
      begin select s.id into strict segue_new_1 from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'hospital-services' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
      exception when others then segue_new_1 := new."serviceId"; end;
      begin select s.name into strict segue_new_2 from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'hospital-services' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
      exception when others then segue_new_2 := new."serviceName"; end;
      begin select s."durationMinutes" + s."bufferMinutes" into strict segue_new_3 from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'hospital-services' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
      exception when others then segue_new_3 := new."estimatedDuration"; end;
      begin select coalesce("segue value 1".meaning, 'MORNING')::"Period" into strict segue_new_4 from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'hospital-services' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
      exception when others then segue_new_4 := new."period"; end;
    end;
    if segue_unseen_1 then insert into segue.value_seen (plan, value, raw, key) values ('hospital-services', 'period_of_day', new."preferredTime"::text, array[new."id"::text]); end if;
  end if;
  if unmigrated then
    if segue_unseen_1 and not old_written and new."period" is not null then segue_new_4 := null; end if;
    if new."serviceId" is null then new."serviceId" := segue_new_1; end if;
    if new."serviceName" is null then new."serviceName" := segue_new_2; end if;
    if new."estimatedDuration" is null then new."estimatedDuration" := segue_new_3; end if;
    if new."period" is null then new."period" := segue_new_4; end if;
  end if;
  if old_written and new_written then
    if new."serviceId" is distinct from segue_new_1 or new."period" is distinct from segue_new_4 then insert into segue.repairs (plan, mapping, key, direction, reason) values ('hospital-services', 'reservations', array[new."id"::text], 'both', 'both sides were written and disagree'); end if;
  elsif old_written and not unmigrated then
    if new."service" is distinct from old."service" then new."serviceId" := segue_new_1; end if;
    if new."service" is distinct from old."service" then new."serviceName" := segue_new_2; end if;
    if new."service" is distinct from old."service" then new."estimatedDuration" := segue_new_3; end if;
    if new."preferredTime" is distinct from old."preferredTime" then new."period" := segue_new_4; end if;
  end if;
  if moved and not new_written and not unmigrated then
    if new."serviceName" is null or (new."serviceId" is distinct from segue_new_1) then new."serviceName" := segue_new_2; end if;
    if new."estimatedDuration" is null or (new."serviceId" is distinct from segue_new_1) then new."estimatedDuration" := segue_new_3; end if;
    if (new."serviceId" is distinct from segue_new_1) then new."serviceId" := segue_new_1; end if;
    if (new."period" is distinct from segue_new_4 and not (segue_unseen_1 and new."period" is not null)) then new."period" := segue_new_4; end if;
  end if;
  if new_written and not old_written then
    begin
      select CASE WHEN s.code = ANY (enum_range(NULL::"ServiceType")::text[]) THEN s.code::"ServiceType" END, CASE new."period" WHEN 'MORNING' THEN '09:00' WHEN 'AFTERNOON' THEN '14:00' END
        into strict segue_old_1, segue_old_2
        from (select 1) segue_row left join services s ON s.id = new."serviceId";
    exception when others then
      if sqlstate like '40%' then raise; end if;
      insert into segue.repairs (plan, mapping, key, direction, reason) values ('hospital-services', 'reservations', array[new."id"::text], 'old', sqlstate);
      begin select CASE WHEN s.code = ANY (enum_range(NULL::"ServiceType")::text[]) THEN s.code::"ServiceType" END into strict segue_old_1 from (select 1) segue_row left join services s ON s.id = new."serviceId";
      exception when others then segue_old_1 := 'OTHER_CONSULTATION'::"ServiceType"; end;
      begin select CASE new."period" WHEN 'MORNING' THEN '09:00' WHEN 'AFTERNOON' THEN '14:00' END into strict segue_old_2 from (select 1) segue_row left join services s ON s.id = new."serviceId";
      exception when others then segue_old_2 := '09:00'; end;
    end;
    if segue_old_1 is null then segue_old_1 := 'OTHER_CONSULTATION'::"ServiceType"; insert into segue.repairs (plan, mapping, key, direction, reason) values ('hospital-services', 'reservations', array[new."id"::text], 'old', 'no value: stand-in used'); end if;
    if segue_old_2 is null then segue_old_2 := '09:00'; insert into segue.repairs (plan, mapping, key, direction, reason) values ('hospital-services', 'reservations', array[new."id"::text], 'old', 'no value: stand-in used'); end if;
    if tg_op = 'INSERT' or new."serviceId" is distinct from (case when unmigrated then segue_new_1 else old."serviceId" end) then new."service" := segue_old_1; end if;
    if tg_op = 'INSERT' or new."period" is distinct from (case when unmigrated then segue_new_4 else old."period" end) then new."preferredTime" := segue_old_2; end if;
    if new."preferredTime"::text is not null and not exists (select 1 from segue.value_map m where m.plan = 'hospital-services' and m.value = 'period_of_day' and m.raw = new."preferredTime"::text) then
      insert into segue.value_seen (plan, value, raw, key) values ('hospital-services', 'period_of_day', new."preferredTime"::text, array[new."id"::text]); end if;
  end if;
  return new;
end $segue$;

