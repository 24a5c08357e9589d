-- What PostgreSQL says when a file cannot be extended, after half of the rows.
create table kept.disk as select true as is_full;
grant usage on schema kept to public;
grant select on kept.disk to public;
create function full_disk() returns trigger language plpgsql as $$
begin
  if current_setting('segue.backfill', true) = 'on' and new.id > 200 and (select is_full from kept.disk) then
    raise exception using errcode = '53100', message = 'could not extend file "base/16384/16385": No space left on device';
  end if;
  return new;
end $$;
create trigger full_disk before update on stays for each row execute function full_disk();
