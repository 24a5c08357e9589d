select 'the rows are there', count(*) = 3 and bool_and(visitor = upper(guest)) from visits;
