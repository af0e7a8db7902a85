-- The script ran to its end: all nine tables, and no history. Flags and statuses are still empty in old rows.

create type user_role as enum ('employee', 'manager', 'hr', 'admin');
create type leave_type as enum ('annual', 'sick', 'unpaid', 'parental');
create type leave_status as enum ('pending', 'approved', 'rejected', 'cancelled');
create type document_status as enum ('missing', 'submitted', 'verified', 'rejected');
create type email_status as enum ('queued', 'sent', 'failed');
create type task_status as enum ('open', 'in_progress', 'done');
create type task_priority as enum ('low', 'normal', 'high');

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
  wifi_user_id varchar(100),
  passport_number varchar(50),
  passport_status document_status default 'missing',
  national_id_number varchar(50),
  national_id_status document_status default 'missing',
  tax_id_number varchar(50),
  tax_id_status document_status default 'missing'
);
create index ix_users_department on users (department);
create index ix_users_wifi_user_id on users (wifi_user_id);

create table leaves (
  id serial primary key,
  user_id integer not null references users (id) on delete cascade,
  type leave_type not null default 'annual',
  start_date date not null,
  end_date date not null,
  total_days numeric(4, 1) not null,
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

create table email_templates (
  id serial primary key,
  name varchar(100) not null unique,
  subject varchar(255) not null,
  body text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table email_logs (
  id serial primary key,
  template_id integer references email_templates (id) on delete set null,
  user_id integer references users (id) on delete set null,
  recipient varchar(255) not null,
  subject varchar(255) not null,
  status email_status not null default 'queued',
  error text,
  sent_at timestamptz,
  created_at timestamptz not null default now()
);
create index ix_email_logs_status on email_logs (status, created_at);
create index ix_email_logs_user_id on email_logs (user_id);

create table employee_details (
  id serial primary key,
  user_id integer not null unique references users (id) on delete cascade,
  date_of_birth date,
  phone varchar(30),
  personal_email varchar(255),
  address text,
  bank_account varchar(50),
  emergency_name varchar(255),
  emergency_phone varchar(30),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table employment_history (
  id serial primary key,
  user_id integer not null references users (id) on delete cascade,
  company varchar(255) not null,
  title varchar(255) not null,
  start_date date not null,
  end_date date,
  reason_for_leaving text,
  created_at timestamptz not null default now(),
  constraint employment_history_dates_check check (end_date >= start_date)
);
create index ix_employment_history_user_id on employment_history (user_id, start_date);

create table tasks (
  id serial primary key,
  title varchar(255) not null,
  description text,
  assigned_to integer not null references users (id) on delete cascade,
  created_by integer references users (id) on delete set null,
  status task_status not null default 'open',
  priority task_priority not null default 'normal',
  due_date date,
  completed_at timestamptz,
  created_at timestamptz not null default now()
);
create index ix_tasks_assigned_to on tasks (assigned_to, status);
create index ix_tasks_due_date on tasks (due_date) where status <> 'done';

insert into users (email, password_hash, name, role, department, manager_id, passport_status, national_id_status, tax_id_status) values
  ('mina@example.org', 'scrypt$1', 'Mina Okafor', 'manager', 'Sales', null, 'verified', 'verified', 'verified'),
  ('leo@example.org', 'scrypt$2', 'Leo Brandt', 'employee', 'Sales', 1, null, null, null),
  ('ana@example.org', 'scrypt$3', 'Ana Lima', 'hr', 'People', null, 'submitted', null, null),
  ('tom@example.org', 'scrypt$4', 'Tom Reed', 'employee', null, 1, null, null, 'submitted');
insert into leaves (user_id, type, start_date, end_date, total_days, reason, status, approved_by) values
  (2, 'annual', '2023-07-03', '2023-07-07', 5, 'summer', 'approved', 1),
  (2, 'sick', '2023-11-20', '2023-11-21', 1.5, null, 'approved', 3),
  (4, 'unpaid', '2023-12-29', '2023-12-29', 0.5, 'moving', 'pending', null);
insert into holidays (name, date, is_active) values ('New Year', '2024-01-01', null), ('Labour Day', '2024-05-01', false);
insert into email_templates (name, subject, body) values ('welcome', 'Hello', 'Nice that you are here.');
insert into employee_details (user_id, phone) values (2, '+49 30 1234');
insert into employment_history (user_id, company, title, start_date, end_date) values (2, 'Acme', 'Clerk', '2019-01-01', '2022-12-31');
insert into tasks (title, assigned_to, created_by) values ('Order laptops', 4, 1);
