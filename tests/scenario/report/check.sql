select 'a report installs nothing', not it from was_installed;
