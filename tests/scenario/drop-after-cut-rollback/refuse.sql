create function no_writes() returns trigger language plpgsql as $$ begin raise exception 'no writes today'; end $$;
create trigger no_writes before update on stays for each row execute function no_writes();
