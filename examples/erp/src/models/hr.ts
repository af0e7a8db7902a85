// Human resources: people, their days, their pay, and how they came.
import { sql } from 'drizzle-orm'
import {
  type AnyMySqlColumn,
  amount,
  clock,
  day,
  id,
  index,
  moment,
  prose,
  table,
  unique,
  whole,
  words,
} from './engine.ts'

export const employees = table(
  'employees',
  {
    id: id(),
    employee_id: words(30).notNull().unique(),
    first_name: words(100).notNull(),
    last_name: words(100).notNull(),
    email: words(120).unique(),
    phone: words(30),
    department: words(100).notNull(),
    designation: words(100),
    manager_id: whole().references((): AnyMySqlColumn => employees.id),
    joining_date: day(),
    basic_salary: amount(),
    status: words(20).notNull().default('active'),
    created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [index('employees_by_manager').on(t.manager_id), index('employees_by_department').on(t.department)],
)

const employee = () =>
  whole()
    .notNull()
    .references(() => employees.id)

export const attendance = table(
  'attendance',
  {
    id: id(),
    employee_id: employee(),
    date: day().notNull(),
    check_in_time: clock(),
    check_out_time: clock(),
    hours_worked: amount(),
    status: words(20).notNull().default('present'),
    remarks: prose(),
  },
  (t) => [unique('attendance_once_a_day').on(t.employee_id, t.date)],
)

export const leaves = table(
  'leaves',
  {
    id: id(),
    employee_id: employee(),
    leave_type: words(30).notNull(),
    start_date: day().notNull(),
    end_date: day().notNull(),
    reason: prose(),
    status: words(20).notNull().default('pending'),
    approved_by: whole().references(() => employees.id),
    created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [index('leaves_by_employee').on(t.employee_id), index('leaves_by_approver').on(t.approved_by)],
)

export const payrolls = table(
  'payrolls',
  {
    id: id(),
    employee_id: employee(),
    pay_period_start: day().notNull(),
    pay_period_end: day().notNull(),
    basic_salary: amount().notNull(),
    allowances: amount().notNull().default('0'),
    deductions: amount().notNull().default('0'),
    net_salary: amount().notNull(),
    status: words(20).notNull().default('draft'),
    paid_on: day(),
  },
  (t) => [unique('payrolls_once_a_period').on(t.employee_id, t.pay_period_start)],
)

export const performanceReviews = table(
  'performance_reviews',
  {
    id: id(),
    employee_id: employee(),
    reviewer_id: whole().references(() => employees.id),
    review_date: day().notNull(),
    rating: whole(),
    comments: prose(),
  },
  (t) => [
    index('performance_reviews_by_employee').on(t.employee_id),
    index('performance_reviews_by_reviewer').on(t.reviewer_id),
  ],
)

export const jobPostings = table('job_postings', {
  id: id(),
  title: words(200).notNull(),
  department: words(100).notNull(),
  description: prose(),
  status: words(20).notNull().default('open'),
  posted_on: day(),
})

export const candidates = table('candidates', {
  id: id(),
  first_name: words(100).notNull(),
  last_name: words(100).notNull(),
  email: words(120).notNull().unique(),
  phone: words(30),
  resume_url: words(500),
})

export const jobApplications = table(
  'job_applications',
  {
    id: id(),
    job_posting_id: whole()
      .notNull()
      .references(() => jobPostings.id),
    candidate_id: whole()
      .notNull()
      .references(() => candidates.id),
    status: words(20).notNull().default('received'),
    applied_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [
    unique('job_applications_once').on(t.job_posting_id, t.candidate_id),
    index('job_applications_by_candidate').on(t.candidate_id),
  ],
)

export const interviews = table(
  'interviews',
  {
    id: id(),
    job_application_id: whole()
      .notNull()
      .references(() => jobApplications.id),
    interviewer_id: whole().references(() => employees.id),
    scheduled_at: moment().notNull(),
    result: words(20),
    feedback: prose(),
  },
  (t) => [
    index('interviews_by_application').on(t.job_application_id),
    index('interviews_by_interviewer').on(t.interviewer_id),
  ],
)
