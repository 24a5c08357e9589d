do $$ begin execute format('grant create on database %I to newcomer', current_database()); end $$;
grant create on schema public to newcomer;
grant select, insert, update, delete on stays to newcomer;
