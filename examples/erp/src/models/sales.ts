// Sales. The showroom's products are here because orders point at them.
import { sql } from 'drizzle-orm'
import { amount, day, id, index, moment, prose, table, whole, words, yesNo } from './engine.ts'

export const showroomProduct = table('showroom_product', {
  id: id(),
  product_name: words(200).notNull(),
  category: words(100).notNull(),
  description: prose(),
  price: amount().notNull(),
  stock_quantity: whole().notNull().default(0),
  image_url: words(500),
  is_active: yesNo().notNull().default(true),
  created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
})

export const salesOrder = table(
  'sales_order',
  {
    id: id(),
    order_number: words(50).notNull().unique(),
    customer_name: words(200).notNull(),
    customer_email: words(120),
    customer_phone: words(30),
    showroom_product_id: whole().references(() => showroomProduct.id),
    quantity: whole().notNull().default(1),
    unit_price: amount().notNull(),
    total_amount: amount().notNull(),
    payment_status: words(30).notNull().default('pending'),
    order_status: words(30).notNull().default('open'),
    delivery_date: day(),
    notes: prose(),
    created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [
    index('sales_order_by_product').on(t.showroom_product_id),
    index('sales_order_by_status').on(t.payment_status),
  ],
)

export const customer = table('customer', {
  id: id(),
  name: words(200).notNull(),
  email: words(120).unique(),
  phone: words(30),
  address: prose(),
  customer_type: words(30).notNull().default('retail'),
  created_at: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
})

export const salesTransaction = table(
  'sales_transaction',
  {
    id: id(),
    sales_order_id: whole()
      .notNull()
      .references(() => salesOrder.id),
    amount: amount().notNull(),
    payment_method: words(30).notNull().default('cash'),
    reference_number: words(100),
    transaction_date: moment().notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [index('sales_transaction_by_order').on(t.sales_order_id)],
)
