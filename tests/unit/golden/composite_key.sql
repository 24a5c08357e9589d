-- create_function
create or replace function segue."sync rooms m"() returns trigger
language plpgsql security definer set search_path = "public", pg_temp as $segue$
#variable_conflict use_column
declare
  segue_new_1 "public"."rooms"."squareMetres"%type;
  segue_old_1 "public"."rooms"."size"%type;
  old_written boolean; new_written boolean; unmigrated boolean; moved boolean;
begin
  if tg_op = 'INSERT' then
    old_written := new."size" is not null;
    new_written := new."squareMetres" is not null;
    unmigrated := not new_written;
    moved := false;
  else
    old_written := old."size" is distinct from new."size";
    new_written := old."squareMetres" is distinct from new."squareMetres";
    unmigrated := old."squareMetres" is null;
    moved := old."house" is distinct from new."house" or old."number" is distinct from new."number";
  end if;
  if moved then
    update segue.repairs q set key = array[new."house"::text, new."number"::text] where q.plan = 'rooms' and q.mapping = 'm' and q.key = array[old."house"::text, old."number"::text] and q."resolvedAt" is null;
    moved := not found;
  end if;
  if old_written or unmigrated or moved then
    begin
      select r.metres
        into strict segue_new_1
        from (select 1) segue_row left join sizes r ON r.word = new."size";
    exception when others then
      if sqlstate like '40%' then raise; end if;
      insert into segue.repairs (plan, mapping, key, direction, reason) values ('rooms', 'm', array[new."house"::text, new."number"::text], 'new', sqlstate);
      begin select r.metres into strict segue_new_1 from (select 1) segue_row left join sizes r ON r.word = new."size";
      exception when others then segue_new_1 := new."squareMetres"; end;
    end;
  end if;
  if unmigrated then
    if new."squareMetres" is null then new."squareMetres" := segue_new_1; end if;
  end if;
  if old_written and new_written then
    if new."squareMetres" is distinct from segue_new_1 then insert into segue.repairs (plan, mapping, key, direction, reason) values ('rooms', 'm', array[new."house"::text, new."number"::text], 'both', 'both sides were written and disagree'); end if;
  elsif old_written and not unmigrated then
    if new."size" is distinct from old."size" then new."squareMetres" := segue_new_1; end if;
  end if;
  if moved and not new_written and not unmigrated then
    if (new."squareMetres" is distinct from segue_new_1) then new."squareMetres" := segue_new_1; end if;
  end if;
  if new_written and not old_written then
    begin
      select r.word
        into strict segue_old_1
        from (select 1) segue_row left join sizes r ON r.metres = new."squareMetres";
    exception when others then
      if sqlstate like '40%' then raise; end if;
      insert into segue.repairs (plan, mapping, key, direction, reason) values ('rooms', 'm', array[new."house"::text, new."number"::text], 'old', sqlstate);
      begin select r.word into strict segue_old_1 from (select 1) segue_row left join sizes r ON r.metres = new."squareMetres";
      exception when others then segue_old_1 := new."size"; end;
    end;
    if tg_op = 'INSERT' or new."squareMetres" is distinct from (case when unmigrated then segue_new_1 else old."squareMetres" end) then new."size" := segue_old_1; end if;
  end if;
  return new;
end $segue$;

-- create_triggers
create trigger "zz segue insert rooms m" before insert on "public"."rooms" for each row execute function segue."sync rooms m"();

-- create_triggers
create trigger "zz segue update rooms m" before update on "public"."rooms" for each row
  when ((old."squareMetres" is distinct from new."squareMetres" or old."house" is distinct from new."house" or old."number" is distinct from new."number" or old."size" is distinct from new."size") and current_setting('segue.backfill', true) is distinct from 'on') execute function segue."sync rooms m"();

-- drop_triggers
drop trigger if exists "zz segue insert rooms m" on "public"."rooms";

-- drop_triggers
drop trigger if exists "zz segue update rooms m" on "public"."rooms";

-- drop_triggers
drop function if exists segue."sync rooms m"();

-- next_boundary
select array[x."house"::text, x."number"::text] from "public"."rooms" x where ($1::text[] is null or ("x"."house", "x"."number") > (($1::text[])[1]::text, ($1::text[])[2]::bigint)) and ($2::text[] is null or ("x"."house", "x"."number") <= (($2::text[])[1]::text, ($2::text[])[2]::bigint)) order by x."house", x."number" offset $3::bigint limit 1;

-- highest_key
select array[x."house"::text, x."number"::text] from "public"."rooms" x order by x."house" desc, x."number" desc limit 1;

-- backfill_batch
update "public"."rooms" t set 
  "squareMetres" = case when t."squareMetres" is not distinct from b."squareMetres" and t."size" is not distinct from b."size" then b.segue_1 else t."squareMetres" end
from (select segue_row.*, r.metres as segue_1 from (select x."house" as "house", x."number" as "number", x."squareMetres" as "squareMetres", x."size" as "size" from "public"."rooms" x where ($1::text[] is null or ("x"."house", "x"."number") > (($1::text[])[1]::text, ($1::text[])[2]::bigint)) and ($2::text[] is null or ("x"."house", "x"."number") <= (($2::text[])[1]::text, ($2::text[])[2]::bigint))) segue_row left join sizes r ON r.word = segue_row."size") b
where t."house" = b."house" and t."number" = b."number" and ($1::text[] is null or ("t"."house", "t"."number") > (($1::text[])[1]::text, ($1::text[])[2]::bigint)) and ($2::text[] is null or ("t"."house", "t"."number") <= (($2::text[])[1]::text, ($2::text[])[2]::bigint))
  and (b."squareMetres" is distinct from b.segue_1);

-- backfill_batch, class 3 of 8
update "public"."rooms" t set 
  "squareMetres" = case when t."squareMetres" is not distinct from b."squareMetres" and t."size" is not distinct from b."size" then b.segue_1 else t."squareMetres" end
from (select segue_row.*, r.metres as segue_1 from (select x."house" as "house", x."number" as "number", x."squareMetres" as "squareMetres", x."size" as "size" from "public"."rooms" x where ($1::text[] is null or ("x"."house", "x"."number") > (($1::text[])[1]::text, ($1::text[])[2]::bigint)) and ($2::text[] is null or ("x"."house", "x"."number") <= (($2::text[])[1]::text, ($2::text[])[2]::bigint)) and hashtext(array_to_string(array[x."house"::text, x."number"::text], ' ')) & 7 = 3) segue_row left join sizes r ON r.word = segue_row."size") b
where t."house" = b."house" and t."number" = b."number" and ($1::text[] is null or ("t"."house", "t"."number") > (($1::text[])[1]::text, ($1::text[])[2]::bigint)) and ($2::text[] is null or ("t"."house", "t"."number") <= (($2::text[])[1]::text, ($2::text[])[2]::bigint))
  and (b."squareMetres" is distinct from b.segue_1);

-- compare_range
select count(*), count(*) filter (where (b."squareMetres" is distinct from b.segue_1)), count(*) filter (where not ((b."squareMetres" is not null or b.segue_1 is null))),
  coalesce(to_json((array_agg(array[b."house"::text, b."number"::text]) filter (where (b."squareMetres" is distinct from b.segue_1)))[1:10]), '[]')
from (select segue_row.*, r.metres as segue_1 from (select x."house" as "house", x."number" as "number", x."squareMetres" as "squareMetres", x."size" as "size" from "public"."rooms" x where ($1::text[] is null or ("x"."house", "x"."number") > (($1::text[])[1]::text, ($1::text[])[2]::bigint)) and ($2::text[] is null or ("x"."house", "x"."number") <= (($2::text[])[1]::text, ($2::text[])[2]::bigint))) segue_row left join sizes r ON r.word = segue_row."size" where not exists (select 1 from segue.repairs q where q.plan = 'rooms' and q.mapping = 'm' and q."resolvedAt" is null and q.key = array[segue_row."house"::text, segue_row."number"::text])) b;

