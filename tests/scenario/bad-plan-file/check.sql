select 'no journal was made', to_regnamespace('segue') is null;
