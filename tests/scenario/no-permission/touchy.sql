-- Whoever changes a stay is written down, with the rights of whoever does.
create table housekeeping (stay integer, at timestamptz default now());
create function tell_housekeeping() returns trigger language plpgsql as $$ begin insert into public.housekeeping (stay) values (new.id); return null; end $$;
create trigger tell after update on stays for each row execute function tell_housekeeping();
