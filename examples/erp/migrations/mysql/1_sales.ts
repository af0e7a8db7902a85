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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'name', type: 'varchar(200)', nullable: false },
          { name: 'email', type: 'varchar(120)', nullable: true },
          { name: 'phone', type: 'varchar(30)', nullable: true },
          { name: 'address', type: 'text', nullable: true },
          { name: 'customer_type', type: 'varchar(30)', nullable: false, default: "'retail'" },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'customer_email_unique', unique: true, keys: [{ column: 'email' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'showroom_product',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'product_name', type: 'varchar(200)', nullable: false },
          { name: 'category', type: 'varchar(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'price', type: 'decimal(12,2)', nullable: false },
          { name: 'stock_quantity', type: 'int', nullable: false, default: '0' },
          { name: 'image_url', type: 'varchar(500)', nullable: true },
          { name: 'is_active', type: 'tinyint(1)', nullable: false, default: '1' },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [],
      },
    }),
    op.ensureTable({
      table: {
        name: 'sales_order',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'order_number', type: 'varchar(50)', nullable: false },
          { name: 'customer_name', type: 'varchar(200)', nullable: false },
          { name: 'customer_email', type: 'varchar(120)', nullable: true },
          { name: 'customer_phone', type: 'varchar(30)', nullable: true },
          { name: 'showroom_product_id', type: 'int', nullable: true },
          { name: 'quantity', type: 'int', nullable: false, default: '1' },
          { name: 'unit_price', type: 'decimal(12,2)', nullable: false },
          { name: 'total_amount', type: 'decimal(12,2)', nullable: false },
          { name: 'payment_status', type: 'varchar(30)', nullable: false, default: "'pending'" },
          { name: 'order_status', type: 'varchar(30)', nullable: false, default: "'open'" },
          { name: 'delivery_date', type: 'date', nullable: true },
          { name: 'notes', type: 'text', nullable: true },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'sales_order_showroom_product_id_showroom_product_id_fk',
            type: 'foreign key',
            columns: ['showroom_product_id'],
            references: { table: 'showroom_product', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'sales_order_id', type: 'int', nullable: false },
          { name: 'amount', type: 'decimal(12,2)', nullable: false },
          { name: 'payment_method', type: 'varchar(30)', nullable: false, default: "'cash'" },
          { name: 'reference_number', type: 'varchar(100)', nullable: true },
          { name: 'transaction_date', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'sales_transaction_sales_order_id_sales_order_id_fk',
            type: 'foreign key',
            columns: ['sales_order_id'],
            references: { table: 'sales_order', columns: ['id'] },
          },
        ],
        indexes: [{ name: 'sales_transaction_by_order', unique: false, keys: [{ column: 'sales_order_id' }] }],
      },
    }),
  ],
})
