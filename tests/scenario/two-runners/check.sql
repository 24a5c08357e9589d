select 'nobody took over from the first runner', epoch = 2 from segue.plans;
select 'each step was begun once', count(*) > 5 and max(attempts) = 1 from segue.steps;
