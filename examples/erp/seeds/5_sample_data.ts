// Step 5: something to show, where the showroom is empty and nobody buys.
import { seed } from 'godwit'

export default seed({
  environments: ['development', 'test'],
  async run(database) {
    if ((await database.query('select 1 from showroom_product limit 1')).length > 0) return
    const products = [
      {
        product_name: 'Oak table',
        category: 'Furniture',
        description: 'Two metres, oiled',
        price: 890,
        stock_quantity: 4,
      },
      {
        product_name: 'Floor lamp',
        category: 'Lighting',
        description: 'Brass, dimmable',
        price: 149.5,
        stock_quantity: 12,
      },
      { product_name: 'Armchair', category: 'Furniture', description: 'Wool, grey', price: 420, stock_quantity: 6 },
    ]
    for (const product of products) await database.insert('showroom_product', product)
  },
})
