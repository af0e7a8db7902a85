// The nine tables. This file is the only truth: revisions are generated from it, queries are typed by it, `godwit check` holds the
// database to it. Constraints and indexes have the names that the database had when it was still made by hand.
import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  numeric,
  pgEnum,
  pgTable,
  serial,
  text,
  timestamp,
  unique,
  varchar,
} from 'drizzle-orm/pg-core'

export const userRole = pgEnum('user_role', ['employee', 'manager', 'hr', 'admin'])
export const leaveType = pgEnum('leave_type', ['annual', 'sick', 'unpaid', 'parental'])
export const leaveStatus = pgEnum('leave_status', ['pending', 'approved', 'rejected', 'cancelled'])
export const documentStatus = pgEnum('document_status', ['missing', 'submitted', 'verified', 'rejected'])
export const emailStatus = pgEnum('email_status', ['queued', 'sent', 'failed'])
export const taskStatus = pgEnum('task_status', ['open', 'in_progress', 'done'])
export const taskPriority = pgEnum('task_priority', ['low', 'normal', 'high'])

const createdAt = () => timestamp('created_at', { withTimezone: true }).notNull().defaultNow()
const updatedAt = () => timestamp('updated_at', { withTimezone: true }).notNull().defaultNow()

// Core

export const users = pgTable(
  'users',
  {
    id: serial('id').primaryKey(),
    email: varchar('email', { length: 255 }).notNull(),
    passwordHash: varchar('password_hash', { length: 255 }).notNull(),
    name: varchar('name', { length: 255 }).notNull(),
    role: userRole('role').notNull().default('employee'),
    department: varchar('department', { length: 100 }),
    managerId: integer('manager_id'),
    isActive: boolean('is_active').notNull().default(true),
    createdAt: createdAt(),
    designation: varchar('designation', { length: 255 }),
    joiningDate: date('joining_date'),
    wifiUserId: varchar('wifi_user_id', { length: 100 }),
    passportNumber: varchar('passport_number', { length: 50 }),
    passportStatus: documentStatus('passport_status').notNull().default('missing'),
    nationalIdNumber: varchar('national_id_number', { length: 50 }),
    nationalIdStatus: documentStatus('national_id_status').notNull().default('missing'),
    taxIdNumber: varchar('tax_id_number', { length: 50 }),
    taxIdStatus: documentStatus('tax_id_status').notNull().default('missing'),
  },
  (table) => [
    unique('users_email_key').on(table.email),
    foreignKey({
      name: 'users_manager_id_fkey',
      columns: [table.managerId],
      foreignColumns: [table.id as AnyPgColumn],
    }).onDelete('set null'),
    index('ix_users_department').on(table.department),
    index('ix_users_wifi_user_id').on(table.wifiUserId),
  ],
)

export const leaves = pgTable(
  'leaves',
  {
    id: serial('id').primaryKey(),
    userId: integer('user_id').notNull(),
    type: leaveType('type').notNull().default('annual'),
    startDate: date('start_date').notNull(),
    endDate: date('end_date').notNull(),
    totalDays: numeric('total_days', { precision: 4, scale: 1, mode: 'number' }).notNull(),
    reason: text('reason'),
    status: leaveStatus('status').notNull().default('pending'),
    approvedBy: integer('approved_by'),
    createdAt: createdAt(),
  },
  (table) => [
    foreignKey({ name: 'leaves_user_id_fkey', columns: [table.userId], foreignColumns: [users.id] }).onDelete(
      'cascade',
    ),
    foreignKey({ name: 'leaves_approved_by_fkey', columns: [table.approvedBy], foreignColumns: [users.id] }).onDelete(
      'set null',
    ),
    check('leaves_dates_check', sql`${table.endDate} >= ${table.startDate}`),
    index('ix_leaves_user_id').on(table.userId, table.startDate),
    index('ix_leaves_status').on(table.status),
  ],
)

export const holidays = pgTable(
  'holidays',
  {
    id: serial('id').primaryKey(),
    name: varchar('name', { length: 255 }).notNull(),
    date: date('date').notNull(),
    createdAt: createdAt(),
    isActive: boolean('is_active').notNull().default(true),
  },
  (table) => [unique('holidays_date_key').on(table.date)],
)

// E-mail

export const emailSettings = pgTable('email_settings', {
  id: serial('id').primaryKey(),
  smtpHost: varchar('smtp_host', { length: 255 }).notNull(),
  smtpPort: integer('smtp_port').notNull().default(587),
  username: varchar('username', { length: 255 }),
  passwordEncrypted: text('password_encrypted'),
  useTls: boolean('use_tls').notNull().default(true),
  fromAddress: varchar('from_address', { length: 255 }).notNull(),
  isActive: boolean('is_active').notNull().default(true),
  updatedAt: updatedAt(),
})

export const emailTemplates = pgTable(
  'email_templates',
  {
    id: serial('id').primaryKey(),
    name: varchar('name', { length: 100 }).notNull(),
    subject: varchar('subject', { length: 255 }).notNull(),
    body: text('body').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [unique('email_templates_name_key').on(table.name)],
)

export const emailLogs = pgTable(
  'email_logs',
  {
    id: serial('id').primaryKey(),
    templateId: integer('template_id'),
    userId: integer('user_id'),
    recipient: varchar('recipient', { length: 255 }).notNull(),
    subject: varchar('subject', { length: 255 }).notNull(),
    status: emailStatus('status').notNull().default('queued'),
    error: text('error'),
    sentAt: timestamp('sent_at', { withTimezone: true }),
    createdAt: createdAt(),
  },
  (table) => [
    foreignKey({
      name: 'email_logs_template_id_fkey',
      columns: [table.templateId],
      foreignColumns: [emailTemplates.id],
    }).onDelete('set null'),
    foreignKey({ name: 'email_logs_user_id_fkey', columns: [table.userId], foreignColumns: [users.id] }).onDelete(
      'set null',
    ),
    index('ix_email_logs_status').on(table.status, table.createdAt),
    index('ix_email_logs_user_id').on(table.userId),
  ],
)

// Employees

export const employeeDetails = pgTable(
  'employee_details',
  {
    id: serial('id').primaryKey(),
    userId: integer('user_id').notNull(),
    dateOfBirth: date('date_of_birth'),
    phone: varchar('phone', { length: 30 }),
    personalEmail: varchar('personal_email', { length: 255 }),
    address: text('address'),
    bankAccount: varchar('bank_account', { length: 50 }),
    emergencyName: varchar('emergency_name', { length: 255 }),
    emergencyPhone: varchar('emergency_phone', { length: 30 }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique('employee_details_user_id_key').on(table.userId),
    foreignKey({ name: 'employee_details_user_id_fkey', columns: [table.userId], foreignColumns: [users.id] }).onDelete(
      'cascade',
    ),
  ],
)

export const employmentHistory = pgTable(
  'employment_history',
  {
    id: serial('id').primaryKey(),
    userId: integer('user_id').notNull(),
    company: varchar('company', { length: 255 }).notNull(),
    title: varchar('title', { length: 255 }).notNull(),
    startDate: date('start_date').notNull(),
    endDate: date('end_date'),
    reasonForLeaving: text('reason_for_leaving'),
    createdAt: createdAt(),
  },
  (table) => [
    foreignKey({
      name: 'employment_history_user_id_fkey',
      columns: [table.userId],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
    check('employment_history_dates_check', sql`${table.endDate} >= ${table.startDate}`),
    index('ix_employment_history_user_id').on(table.userId, table.startDate),
  ],
)

// Tasks

export const tasks = pgTable(
  'tasks',
  {
    id: serial('id').primaryKey(),
    title: varchar('title', { length: 255 }).notNull(),
    description: text('description'),
    assignedTo: integer('assigned_to').notNull(),
    createdBy: integer('created_by'),
    status: taskStatus('status').notNull().default('open'),
    priority: taskPriority('priority').notNull().default('normal'),
    dueDate: date('due_date'),
    completedAt: timestamp('completed_at', { withTimezone: true }),
    createdAt: createdAt(),
  },
  (table) => [
    foreignKey({ name: 'tasks_assigned_to_fkey', columns: [table.assignedTo], foreignColumns: [users.id] }).onDelete(
      'cascade',
    ),
    foreignKey({ name: 'tasks_created_by_fkey', columns: [table.createdBy], foreignColumns: [users.id] }).onDelete(
      'set null',
    ),
    index('ix_tasks_assigned_to').on(table.assignedTo, table.status),
    index('ix_tasks_due_date').on(table.dueDate).where(sql`${table.status} <> 'done'`),
  ],
)
