select 'true' , true;
select 'two rows are three', count(*) = 3 from t;
select 'unknown', null;
