-- create_function
create or replace function segue."sync 07db398ee486bb3c25fc407e"() returns trigger
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
    update segue.repairs q set key = array[new."id"::text] where q.plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and q.mapping = 'reservations' and q.key = array[old."id"::text] and q."resolvedAt" is null;
    moved := not found;
  end if;
  if old_written or unmigrated or moved then
    begin
      select s.id, s.name, s."durationMinutes" + s."bufferMinutes", coalesce("segue value 1".meaning, 'MORNING')::"Period", "segue value 1".raw is null and new."preferredTime"::text is not null
        into strict segue_new_1, segue_new_2, segue_new_3, segue_new_4, segue_unseen_1
        from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
    exception when others then
      if sqlstate like '40%' then raise; end if;
      insert into segue.repairs (plan, mapping, key, direction, reason) values ('pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'reservations', array[new."id"::text], 'new', sqlstate);
      begin select s.id into strict segue_new_1 from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
      exception when others then segue_new_1 := new."serviceId"; end;
      begin select s.name into strict segue_new_2 from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
      exception when others then segue_new_2 := new."serviceName"; end;
      begin select s."durationMinutes" + s."bufferMinutes" into strict segue_new_3 from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
      exception when others then segue_new_3 := new."estimatedDuration"; end;
      begin select coalesce("segue value 1".meaning, 'MORNING')::"Period" into strict segue_new_4 from (select 1) segue_row left join services s ON s.code = new."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = new."preferredTime"::text;
      exception when others then segue_new_4 := new."period"; end;
    end;
    if segue_unseen_1 then insert into segue.value_seen (plan, value, raw, key) values ('pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'period_of_day', new."preferredTime"::text, array[new."id"::text]); end if;
  end if;
  if unmigrated then
    if segue_unseen_1 and not old_written and new."period" is not null then segue_new_4 := null; end if;
    if new."serviceId" is null then new."serviceId" := segue_new_1; end if;
    if new."serviceName" is null then new."serviceName" := segue_new_2; end if;
    if new."estimatedDuration" is null then new."estimatedDuration" := segue_new_3; end if;
    if new."period" is null then new."period" := segue_new_4; end if;
  end if;
  if old_written and new_written then
    if new."serviceId" is distinct from segue_new_1 or new."period" is distinct from segue_new_4 then insert into segue.repairs (plan, mapping, key, direction, reason) values ('pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'reservations', array[new."id"::text], 'both', 'both sides were written and disagree'); end if;
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
      insert into segue.repairs (plan, mapping, key, direction, reason) values ('pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'reservations', array[new."id"::text], 'old', sqlstate);
      begin select CASE WHEN s.code = ANY (enum_range(NULL::"ServiceType")::text[]) THEN s.code::"ServiceType" END into strict segue_old_1 from (select 1) segue_row left join services s ON s.id = new."serviceId";
      exception when others then segue_old_1 := 'OTHER_CONSULTATION'::"ServiceType"; end;
      begin select CASE new."period" WHEN 'MORNING' THEN '09:00' WHEN 'AFTERNOON' THEN '14:00' END into strict segue_old_2 from (select 1) segue_row left join services s ON s.id = new."serviceId";
      exception when others then segue_old_2 := '09:00'; end;
    end;
    if segue_old_1 is null then segue_old_1 := 'OTHER_CONSULTATION'::"ServiceType"; insert into segue.repairs (plan, mapping, key, direction, reason) values ('pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'reservations', array[new."id"::text], 'old', 'no value: stand-in used'); end if;
    if segue_old_2 is null then segue_old_2 := '09:00'; insert into segue.repairs (plan, mapping, key, direction, reason) values ('pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'reservations', array[new."id"::text], 'old', 'no value: stand-in used'); end if;
    if tg_op = 'INSERT' or new."serviceId" is distinct from (case when unmigrated then segue_new_1 else old."serviceId" end) then new."service" := segue_old_1; end if;
    if tg_op = 'INSERT' or new."period" is distinct from (case when unmigrated then segue_new_4 else old."period" end) then new."preferredTime" := segue_old_2; end if;
    if new."preferredTime"::text is not null and not exists (select 1 from segue.value_map m where m.plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and m.value = 'period_of_day' and m.raw = new."preferredTime"::text) then
      insert into segue.value_seen (plan, value, raw, key) values ('pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'period_of_day', new."preferredTime"::text, array[new."id"::text]); end if;
  end if;
  return new;
end $segue$;

-- create_triggers
create trigger "zz segue insert 07db398ee486bb3c25fc407e" before insert on "public"."reservations" for each row execute function segue."sync 07db398ee486bb3c25fc407e"();

-- create_triggers
create trigger "zz segue update 07db398ee486bb3c25fc407e" before update on "public"."reservations" for each row
  when ((old."serviceId" is distinct from new."serviceId" or old."serviceName" is distinct from new."serviceName" or old."estimatedDuration" is distinct from new."estimatedDuration" or old."period" is distinct from new."period" or old."id" is distinct from new."id" or old."service" is distinct from new."service" or old."preferredTime" is distinct from new."preferredTime") and current_setting('segue.backfill', true) is distinct from 'on') execute function segue."sync 07db398ee486bb3c25fc407e"();

-- drop_triggers
drop trigger if exists "zz segue insert 07db398ee486bb3c25fc407e" on "public"."reservations";

-- drop_triggers
drop trigger if exists "zz segue update 07db398ee486bb3c25fc407e" on "public"."reservations";

-- drop_triggers
drop function if exists segue."sync 07db398ee486bb3c25fc407e"();

-- next_boundary
select array[x."id"::text] from "public"."reservations" x where ($1::text[] is null or "x"."id" > ($1::text[])[1]::text) and ($2::text[] is null or "x"."id" <= ($2::text[])[1]::text) order by x."id" offset $3::bigint limit 1;

-- highest_key
select array[x."id"::text] from "public"."reservations" x order by x."id" desc limit 1;

-- backfill_batch
update "public"."reservations" t set 
  "serviceId" = case when t."serviceId" is not distinct from b."serviceId" and t."service" is not distinct from b."service" then b.segue_1 else t."serviceId" end,
  "serviceName" = case when t."serviceName" is not distinct from b."serviceName" and t."service" is not distinct from b."service" then case when b."serviceName" is null or b."serviceId" is distinct from b.segue_1 then b.segue_2 else b."serviceName" end else t."serviceName" end,
  "estimatedDuration" = case when t."estimatedDuration" is not distinct from b."estimatedDuration" and t."service" is not distinct from b."service" then case when b."estimatedDuration" is null or b."serviceId" is distinct from b.segue_1 then b.segue_3 else b."estimatedDuration" end else t."estimatedDuration" end,
  "period" = case when t."period" is not distinct from b."period" and t."preferredTime" is not distinct from b."preferredTime" then b.segue_4 else t."period" end
from (select segue_row.*, s.id as segue_1, s.name as segue_2, s."durationMinutes" + s."bufferMinutes" as segue_3, case when "segue value 1".raw is null and segue_row."preferredTime"::text is not null then coalesce("segue_row"."period", coalesce("segue value 1".meaning, 'MORNING')::"Period") else coalesce("segue value 1".meaning, 'MORNING')::"Period" end as segue_4 from (select x."id" as "id", x."serviceId" as "serviceId", x."serviceName" as "serviceName", x."estimatedDuration" as "estimatedDuration", x."period" as "period", x."service" as "service", x."preferredTime" as "preferredTime" from "public"."reservations" x where ($1::text[] is null or "x"."id" > ($1::text[])[1]::text) and ($2::text[] is null or "x"."id" <= ($2::text[])[1]::text)) segue_row left join services s ON s.code = segue_row."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = segue_row."preferredTime"::text) b
where t."id" = b."id" and ($1::text[] is null or "t"."id" > ($1::text[])[1]::text) and ($2::text[] is null or "t"."id" <= ($2::text[])[1]::text)
  and (b."serviceId" is distinct from b.segue_1 or (b."serviceName" is null and b.segue_2 is not null) or (b."estimatedDuration" is null and b.segue_3 is not null) or b."period" is distinct from b.segue_4);

-- backfill_batch, class 3 of 8
update "public"."reservations" t set 
  "serviceId" = case when t."serviceId" is not distinct from b."serviceId" and t."service" is not distinct from b."service" then b.segue_1 else t."serviceId" end,
  "serviceName" = case when t."serviceName" is not distinct from b."serviceName" and t."service" is not distinct from b."service" then case when b."serviceName" is null or b."serviceId" is distinct from b.segue_1 then b.segue_2 else b."serviceName" end else t."serviceName" end,
  "estimatedDuration" = case when t."estimatedDuration" is not distinct from b."estimatedDuration" and t."service" is not distinct from b."service" then case when b."estimatedDuration" is null or b."serviceId" is distinct from b.segue_1 then b.segue_3 else b."estimatedDuration" end else t."estimatedDuration" end,
  "period" = case when t."period" is not distinct from b."period" and t."preferredTime" is not distinct from b."preferredTime" then b.segue_4 else t."period" end
from (select segue_row.*, s.id as segue_1, s.name as segue_2, s."durationMinutes" + s."bufferMinutes" as segue_3, case when "segue value 1".raw is null and segue_row."preferredTime"::text is not null then coalesce("segue_row"."period", coalesce("segue value 1".meaning, 'MORNING')::"Period") else coalesce("segue value 1".meaning, 'MORNING')::"Period" end as segue_4 from (select x."id" as "id", x."serviceId" as "serviceId", x."serviceName" as "serviceName", x."estimatedDuration" as "estimatedDuration", x."period" as "period", x."service" as "service", x."preferredTime" as "preferredTime" from "public"."reservations" x where ($1::text[] is null or "x"."id" > ($1::text[])[1]::text) and ($2::text[] is null or "x"."id" <= ($2::text[])[1]::text) and hashtext(array_to_string(array[x."id"::text], ' ')) & 7 = 3) segue_row left join services s ON s.code = segue_row."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = segue_row."preferredTime"::text) b
where t."id" = b."id" and ($1::text[] is null or "t"."id" > ($1::text[])[1]::text) and ($2::text[] is null or "t"."id" <= ($2::text[])[1]::text)
  and (b."serviceId" is distinct from b.segue_1 or (b."serviceName" is null and b.segue_2 is not null) or (b."estimatedDuration" is null and b.segue_3 is not null) or b."period" is distinct from b.segue_4);

-- compare_range
select count(*), count(*) filter (where (b."serviceId" is distinct from b.segue_1 or (b."serviceName" is null and b.segue_2 is not null) or (b."estimatedDuration" is null and b.segue_3 is not null) or b."period" is distinct from b.segue_4)), count(*) filter (where not (b."serviceId" is not null and b."serviceName" is not null and b."estimatedDuration" is not null and b."period" is not null)),
  coalesce(to_json((array_agg(array[b."id"::text]) filter (where (b."serviceId" is distinct from b.segue_1 or (b."serviceName" is null and b.segue_2 is not null) or (b."estimatedDuration" is null and b.segue_3 is not null) or b."period" is distinct from b.segue_4)))[1:10]), '[]')
from (select segue_row.*, s.id as segue_1, s.name as segue_2, s."durationMinutes" + s."bufferMinutes" as segue_3, coalesce("segue value 1".meaning, 'MORNING')::"Period" as segue_4 from (select x."id" as "id", x."serviceId" as "serviceId", x."serviceName" as "serviceName", x."estimatedDuration" as "estimatedDuration", x."period" as "period", x."service" as "service", x."preferredTime" as "preferredTime" from "public"."reservations" x where ($1::text[] is null or "x"."id" > ($1::text[])[1]::text) and ($2::text[] is null or "x"."id" <= ($2::text[])[1]::text)) segue_row left join services s ON s.code = segue_row."service"::text left join segue.value_map "segue value 1" on "segue value 1".plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and "segue value 1".value = 'period_of_day' and "segue value 1".raw = segue_row."preferredTime"::text where not exists (select 1 from segue.repairs q where q.plan = 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp' and q.mapping = 'reservations' and q."resolvedAt" is null and q.key = array[segue_row."id"::text])) b;

