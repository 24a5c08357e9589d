select 'no row is lost', count(*) = 400 from stays;
