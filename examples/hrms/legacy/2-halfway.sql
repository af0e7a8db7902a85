-- Somebody ran half of the script, and tried something for half days: `total_days` is text. Some columns and tables of later are
-- there, some are not; flags are empty in old rows.

create type user_role as enum ('employee', 'manager', 'hr', 'admin');
create type leave_type as enum ('annual', 'sick', 'unpaid', 'parental');
create type leave_status as enum ('pending', 'approved', 'rejected', 'cancelled');
create type document_status as enum ('missing', 'submitted', 'verified', 'rejected');

create table users (
  id serial primary key,
  email varchar(255) not null unique,
  password_hash varchar(255) not null,
  name varchar(255) not null,
  role user_role not null default 'employee',
  department varchar(100),
  manager_id integer references users (id) on delete set null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  designation varchar(255),
  joining_date date,
  passport_number varchar(50),
  passport_status document_status default 'missing'
);
create index ix_users_department on users (department);

create table leaves (
  id serial primary key,
  user_id integer not null references users (id) on delete cascade,
  type leave_type not null default 'annual',
  start_date date not null,
  end_date date not null,
  total_days varchar(10) not null,
  reason text,
  status leave_status not null default 'pending',
  approved_by integer references users (id) on delete set null,
  created_at timestamptz not null default now(),
  constraint leaves_dates_check check (end_date >= start_date)
);
create index ix_leaves_user_id on leaves (user_id, start_date);
create index ix_leaves_status on leaves (status);

create table holidays (
  id serial primary key,
  name varchar(255) not null,
  date date not null unique,
  created_at timestamptz not null default now(),
  is_active boolean default true
);

create table email_settings (
  id serial primary key,
  smtp_host varchar(255) not null,
  smtp_port integer not null default 587,
  username varchar(255),
  password_encrypted text,
  use_tls boolean not null default true,
  from_address varchar(255) not null,
  is_active boolean not null default true,
  updated_at timestamptz not null default now()
);

insert into users (email, password_hash, name, role, department, manager_id, designation, passport_number, passport_status) values
  ('mina@example.org', 'scrypt$1', 'Mina Okafor', 'manager', 'Sales', null, 'Head of Sales', 'X123', 'verified'),
  ('leo@example.org', 'scrypt$2', 'Leo Brandt', 'employee', 'Sales', 1, null, null, null),
  ('ana@example.org', 'scrypt$3', 'Ana Lima', 'hr', 'People', null, 'Recruiter', 'Y456', 'submitted'),
  ('tom@example.org', 'scrypt$4', 'Tom Reed', 'employee', null, 1, null, null, null);
insert into leaves (user_id, type, start_date, end_date, total_days, reason, status, approved_by) values
  (2, 'annual', '2023-07-03', '2023-07-07', '5', 'summer', 'approved', 1),
  (2, 'sick', '2023-11-20', '2023-11-21', ' 1.5', null, 'approved', 3),
  (4, 'unpaid', '2023-12-29', '2023-12-29', '0.5', 'moving', 'pending', null);
insert into holidays (name, date, is_active) values ('New Year', '2024-01-01', null), ('Labour Day', '2024-05-01', false);
insert into email_settings (smtp_host, from_address) values ('smtp.example.org', 'people@example.org');
