-- Old-style and new-style writes, one transaction each; what the new tables lack is no reason to stop.
\set ON_ERROR_STOP off
select format('update users set experience = experience + 1 where id = %L', 'd' || 1 + i % 200) from generate_series(1, 300) i \gexec
select format('update users set "clinicId" = %L where id = %L', 'c' || 1 + i % 5, 'd' || 150 + i % 50) from generate_series(1, 100) i \gexec
select format('insert into patients values (%L, %L, %L)', 'w' || i, 'c' || 1 + i % 5, 'written ' || i) from generate_series(1, 200) i \gexec
select format('delete from patients where id = %L', 'w' || i) from generate_series(1, 100) i \gexec
