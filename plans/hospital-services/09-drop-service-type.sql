-- Without CASCADE: a column that still used the type would be a reason to stop, not something to take along.
DROP TYPE "ServiceType";
