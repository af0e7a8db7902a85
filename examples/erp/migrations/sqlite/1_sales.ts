import { op, revision } from 'godwit'

export default revision({
  id: '1_sales',
  parents: ['erp'],
  message: 'sales tables',
  operations: [
    op.ensureTable({
      table: {
        name: 'customer',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'name', type: 'text(200)', nullable: false },
          { name: 'email', type: 'text(120)', nullable: true },
          { name: 'phone', type: 'text(30)', nullable: true },
          { name: 'address', type: 'text', nullable: true },
          { name: 'customer_type', type: 'text(30)', nullable: false, default: "'retail'" },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'customer_email_unique', unique: true, keys: [{ column: 'email' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'showroom_product',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'product_name', type: 'text(200)', nullable: false },
          { name: 'category', type: 'text(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'price', type: 'numeric', nullable: false },
          { name: 'stock_quantity', type: 'integer', nullable: false, default: '0' },
          { name: 'image_url', type: 'text(500)', nullable: true },
          { name: 'is_active', type: 'integer', nullable: false, default: 'true' },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [],
      },
    }),
    op.ensureTable({
      table: {
        name: 'sales_order',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'order_number', type: 'text(50)', nullable: false },
          { name: 'customer_name', type: 'text(200)', nullable: false },
          { name: 'customer_email', type: 'text(120)', nullable: true },
          { name: 'customer_phone', type: 'text(30)', nullable: true },
          { name: 'showroom_product_id', type: 'integer', nullable: true },
          { name: 'quantity', type: 'integer', nullable: false, default: '1' },
          { name: 'unit_price', type: 'numeric', nullable: false },
          { name: 'total_amount', type: 'numeric', nullable: false },
          { name: 'payment_status', type: 'text(30)', nullable: false, default: "'pending'" },
          { name: 'order_status', type: 'text(30)', nullable: false, default: "'open'" },
          { name: 'delivery_date', type: 'text', nullable: true },
          { name: 'notes', type: 'text', nullable: true },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['showroom_product_id'],
            references: { table: 'showroom_product', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'sales_order_by_product', unique: false, keys: [{ column: 'showroom_product_id' }] },
          { name: 'sales_order_by_status', unique: false, keys: [{ column: 'payment_status' }] },
          { name: 'sales_order_order_number_unique', unique: true, keys: [{ column: 'order_number' }] },
        ],
      },
    }),
    op.ensureTable({
      table: {
        name: 'sales_transaction',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'sales_order_id', type: 'integer', nullable: false },
          { name: 'amount', type: 'numeric', nullable: false },
          { name: 'payment_method', type: 'text(30)', nullable: false, default: "'cash'" },
          { name: 'reference_number', type: 'text(100)', nullable: true },
          { name: 'transaction_date', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['sales_order_id'],
            references: { table: 'sales_order', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [{ name: 'sales_transaction_by_order', unique: false, keys: [{ column: 'sales_order_id' }] }],
      },
    }),
  ],
})
