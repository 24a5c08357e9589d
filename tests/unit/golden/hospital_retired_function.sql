-- create_function
create or replace function segue."sync hospital-services reservations"() returns trigger
language plpgsql security definer set search_path = "public", pg_temp as $segue$
#variable_conflict use_column
declare
  segue_new_1 "public"."reservations"."serviceId"%type;
  segue_new_2 "public"."reservations"."serviceName"%type;
  segue_new_3 "public"."reservations"."estimatedDuration"%type;
  segue_new_4 "public"."reservations"."period"%type;
  segue_old_1 "public"."reservations"."service__retired"%type;
  segue_old_2 "public"."reservations"."preferredTime__retired"%type;
  segue_unseen_1 boolean;
  old_written boolean; new_written boolean; unmigrated boolean; moved boolean;
begin
  if tg_op = 'INSERT' then
    old_written := new."service__retired" is not null or new."preferredTime__retired" is not null;
    new_written := new."serviceId" is not null or new."serviceName" is not null or new."estimatedDuration" is not null or new."period" is not null;
    unmigrated := not new_written;
    moved := false;
  else
    old_written := old."service__retired" is distinct from new."service__retired" or old."preferredTime__retired" is distinct from new."preferredTime__retired";
    new_written := old."serviceId" is distinct from new."serviceId" or old."serviceName" is distinct from new."serviceName" or old."estimatedDuration" is distinct from new."estimatedDuration" or old."period" is distinct from new."period";
    unmigrated := old."serviceId" is null and old."serviceName" is null and old."estimatedDuration" is null and old."period" is null;
    moved := old."id" is distinct from new."id";
  end if;
  if moved then
    update segue.repairs q set key = array[new."id"::text] where q.plan = 'hospital-services' and q.mapping = 'reservations' and q.key = array[old."id"::text] and q."resolvedAt" is null;
    moved := not found;
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
    if tg_op = 'INSERT' or new."serviceId" is distinct from (case when unmigrated then segue_new_1 else old."serviceId" end) then new."service__retired" := segue_old_1; end if;
    if tg_op = 'INSERT' or new."period" is distinct from (case when unmigrated then segue_new_4 else old."period" end) then new."preferredTime__retired" := segue_old_2; end if;
  end if;
  return new;
end $segue$;

