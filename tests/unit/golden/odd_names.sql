-- create_function
create or replace function segue."sync odd m"() returns trigger
language plpgsql security definer set search_path = "odd schema", pg_temp as $segue1$
#variable_conflict use_column
declare
  segue_new_1 "odd schema"."table ""of"" 예약"."né ""w"""%type;
  segue_old_1 "odd schema"."table ""of"" 예약"."o'ld"%type;
  old_written boolean; new_written boolean; unmigrated boolean; moved boolean;
begin
  if tg_op = 'INSERT' then
    old_written := new."o'ld" is not null;
    new_written := new."né ""w""" is not null;
    unmigrated := not new_written;
    moved := false;
  else
    old_written := old."o'ld" is distinct from new."o'ld";
    new_written := old."né ""w""" is distinct from new."né ""w""";
    unmigrated := old."né ""w""" is null;
    moved := old."the key" is distinct from new."the key";
  end if;
  if moved then
    update segue.repairs q set key = array[new."the key"::text] where q.plan = 'odd' and q.mapping = 'm' and q.key = array[old."the key"::text] and q."resolvedAt" is null;
    moved := not found;
  end if;
  if old_written or unmigrated or moved then
    begin
      select upper(new."o'ld") || '{} $segue$ \' 
        into strict segue_new_1
        from (select 1) segue_row;
    exception when others then
      if sqlstate like '40%' then raise; end if;
      insert into segue.repairs (plan, mapping, key, direction, reason) values ('odd', 'm', array[new."the key"::text], 'new', sqlstate);
      begin select upper(new."o'ld") || '{} $segue$ \'  into strict segue_new_1 from (select 1) segue_row;
      exception when others then segue_new_1 := new."né ""w"""; end;
    end;
  end if;
  if unmigrated then
    if new."né ""w""" is null then new."né ""w""" := segue_new_1; end if;
  end if;
  if old_written and new_written then
    if new."né ""w""" is distinct from segue_new_1 then insert into segue.repairs (plan, mapping, key, direction, reason) values ('odd', 'm', array[new."the key"::text], 'both', 'both sides were written and disagree'); end if;
  elsif old_written and not unmigrated then
    if new."o'ld" is distinct from old."o'ld" then new."né ""w""" := segue_new_1; end if;
  end if;
  if moved and not new_written and not unmigrated then
    if (new."né ""w""" is distinct from segue_new_1) then new."né ""w""" := segue_new_1; end if;
  end if;
  if new_written and not old_written then
    begin
      select lower(new."né ""w""") -- a comment

        into strict segue_old_1
        from (select 1) segue_row;
    exception when others then
      if sqlstate like '40%' then raise; end if;
      insert into segue.repairs (plan, mapping, key, direction, reason) values ('odd', 'm', array[new."the key"::text], 'old', sqlstate);
      begin select lower(new."né ""w""") -- a comment
 into strict segue_old_1 from (select 1) segue_row;
      exception when others then segue_old_1 := new."o'ld"; end;
    end;
    if tg_op = 'INSERT' or new."né ""w""" is distinct from (case when unmigrated then segue_new_1 else old."né ""w""" end) then new."o'ld" := segue_old_1; end if;
  end if;
  return new;
end $segue1$;

-- create_triggers
create trigger "zz segue insert odd m" before insert on "odd schema"."table ""of"" 예약" for each row execute function segue."sync odd m"();

-- create_triggers
create trigger "zz segue update odd m" before update on "odd schema"."table ""of"" 예약" for each row
  when ((old."né ""w""" is distinct from new."né ""w""" or old."the key" is distinct from new."the key" or old."o'ld" is distinct from new."o'ld") and current_setting('segue.backfill', true) is distinct from 'on') execute function segue."sync odd m"();

-- drop_triggers
drop trigger if exists "zz segue insert odd m" on "odd schema"."table ""of"" 예약";

-- drop_triggers
drop trigger if exists "zz segue update odd m" on "odd schema"."table ""of"" 예약";

-- drop_triggers
drop function if exists segue."sync odd m"();

-- next_boundary
select array[x."the key"::text] from "odd schema"."table ""of"" 예약" x where ($1::text[] is null or "x"."the key" > ($1::text[])[1]::uuid) and ($2::text[] is null or "x"."the key" <= ($2::text[])[1]::uuid) order by x."the key" offset $3::bigint limit 1;

-- highest_key
select array[x."the key"::text] from "odd schema"."table ""of"" 예약" x order by x."the key" desc limit 1;

-- backfill_batch
update "odd schema"."table ""of"" 예약" t set 
  "né ""w""" = case when t."né ""w""" is not distinct from b."né ""w""" and t."o'ld" is not distinct from b."o'ld" then b.segue_1 else t."né ""w""" end
from (select segue_row.*, upper(segue_row."o'ld") || '{} $segue$ \'  as segue_1 from (select x."the key" as "the key", x."né ""w""" as "né ""w""", x."o'ld" as "o'ld" from "odd schema"."table ""of"" 예약" x where ($1::text[] is null or "x"."the key" > ($1::text[])[1]::uuid) and ($2::text[] is null or "x"."the key" <= ($2::text[])[1]::uuid)) segue_row) b
where t."the key" = b."the key" and ($1::text[] is null or "t"."the key" > ($1::text[])[1]::uuid) and ($2::text[] is null or "t"."the key" <= ($2::text[])[1]::uuid)
  and (b."né ""w""" is distinct from b.segue_1);

-- backfill_batch, class 3 of 8
update "odd schema"."table ""of"" 예약" t set 
  "né ""w""" = case when t."né ""w""" is not distinct from b."né ""w""" and t."o'ld" is not distinct from b."o'ld" then b.segue_1 else t."né ""w""" end
from (select segue_row.*, upper(segue_row."o'ld") || '{} $segue$ \'  as segue_1 from (select x."the key" as "the key", x."né ""w""" as "né ""w""", x."o'ld" as "o'ld" from "odd schema"."table ""of"" 예약" x where ($1::text[] is null or "x"."the key" > ($1::text[])[1]::uuid) and ($2::text[] is null or "x"."the key" <= ($2::text[])[1]::uuid) and hashtext(array_to_string(array[x."the key"::text], ' ')) & 7 = 3) segue_row) b
where t."the key" = b."the key" and ($1::text[] is null or "t"."the key" > ($1::text[])[1]::uuid) and ($2::text[] is null or "t"."the key" <= ($2::text[])[1]::uuid)
  and (b."né ""w""" is distinct from b.segue_1);

-- compare_range
select count(*), count(*) filter (where (b."né ""w""" is distinct from b.segue_1)), count(*) filter (where not ((b."né ""w""" is not null or b.segue_1 is null))),
  coalesce(to_json((array_agg(array[b."the key"::text]) filter (where (b."né ""w""" is distinct from b.segue_1)))[1:10]), '[]')
from (select segue_row.*, upper(segue_row."o'ld") || '{} $segue$ \'  as segue_1 from (select x."the key" as "the key", x."né ""w""" as "né ""w""", x."o'ld" as "o'ld" from "odd schema"."table ""of"" 예약" x where ($1::text[] is null or "x"."the key" > ($1::text[])[1]::uuid) and ($2::text[] is null or "x"."the key" <= ($2::text[])[1]::uuid)) segue_row where not exists (select 1 from segue.repairs q where q.plan = 'odd' and q.mapping = 'm' and q."resolvedAt" is null and q.key = array[segue_row."the key"::text])) b;

